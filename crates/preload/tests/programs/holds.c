/* A C program that nobody prepared for the recorder. Every function below allocates blocks whose
   number and sizes stand here, so that a test can add them up. It ends with status 1 if an
   allocation function does not behave as glibc's manual says. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define CHECK(holds) do { if (!(holds)) { fprintf(stderr, "line %d: " #holds "\n", __LINE__); _exit(1); } } while (0)

extern void *__libc_malloc(size_t);
__attribute__((weak)) int heaplab_region_begin(void);
__attribute__((weak)) int heaplab_region_end(void);
__attribute__((weak)) int heaplab_region_totals(uint64_t figures[11]);

static void *kept[4096];
static int used;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Keeps a block, and fills what the program asked for. */
static void *keep(void *block, size_t size) {
    CHECK(block != NULL);
    memset(block, 0x5a, size);
    pthread_mutex_lock(&lock);
    kept[used++] = block;
    pthread_mutex_unlock(&lock);
    return block;
}

static int is_aligned(void *block, size_t alignment) { return (uintptr_t)block % alignment == 0; }

/* 10 blocks of 100 bytes. */
NOINLINE static void by_malloc(void) {
    for (int i = 0; i < 10; i++) CHECK(is_aligned(keep(malloc(100), 100), 16));
}

/* 10 blocks of 7 * 30 bytes, which are zero although a dirty block was freed before. */
NOINLINE static void by_calloc(void) {
    void *dirty = kept[used - 1];
    used--;
    memset(dirty, 0xff, 100);
    free(dirty);
    for (int i = 0; i < 10; i++) {
        char *block = calloc(7, 30);
        for (int j = 0; j < 210; j++) CHECK(block[j] == 0);
        keep(block, 210);
    }
}

/* 5 blocks of 50 bytes that grow to 5000, and 5 that shrink to 20. */
NOINLINE static void by_realloc(void) {
    for (int i = 0; i < 10; i++) {
        char *block = realloc(NULL, 50);
        for (int j = 0; j < 50; j++) block[j] = (char)j;
        size_t size = i < 5 ? 5000 : 20;
        block = realloc(block, size);
        for (int j = 0; j < 20; j++) CHECK(block[j] == (char)j);
        keep(block, size);
    }
    CHECK(realloc(malloc(33), 0) == NULL);
}

/* 3 blocks of 11 * 10 bytes. */
NOINLINE static void by_reallocarray(void) {
    for (int i = 0; i < 3; i++) keep(reallocarray(NULL, 11, 10), 110);
    errno = 0;
    CHECK(reallocarray(NULL, SIZE_MAX / 2, 3) == NULL && errno == ENOMEM);
}

/* A block of 300 bytes for each alignment from 8 to 1 MiB: 18 blocks. */
NOINLINE static void by_posix_memalign(void) {
    for (size_t alignment = 8; alignment <= 1 << 20; alignment *= 2) {
        void *block = NULL;
        CHECK(posix_memalign(&block, alignment, 300) == 0 && is_aligned(block, alignment));
        keep(block, 300);
    }
    void *untouched = &lock;
    CHECK(posix_memalign(&untouched, 24, 10) == EINVAL && untouched == &lock);
    CHECK(posix_memalign(&untouched, 4, 10) == EINVAL);
}

/* 2 blocks of 640 bytes. */
NOINLINE static void by_aligned_alloc(void) {
    for (int i = 0; i < 2; i++) CHECK(is_aligned(keep(aligned_alloc(64, 640), 640), 64));
}

/* 2 blocks of 70 bytes. */
NOINLINE static void by_memalign(void) {
    for (int i = 0; i < 2; i++) CHECK(is_aligned(keep(memalign(256, 70), 70), 256));
}

/* A block of 10 bytes. */
NOINLINE static void by_valloc(void) { CHECK(is_aligned(keep(valloc(10), 10), 4096)); }

/* A block of two pages. */
NOINLINE static void by_pvalloc(void) { CHECK(is_aligned(keep(pvalloc(4097), 8192), 4096)); }

/* A block of 128 bytes with an alignment, which grows to 9000 bytes, and one that shrinks to 40. */
NOINLINE static void by_realloc_of_aligned(void) {
    for (int i = 0; i < 2; i++) {
        char *block = aligned_alloc(128, 128);
        for (int j = 0; j < 128; j++) block[j] = (char)j;
        size_t size = i == 0 ? 9000 : 40;
        block = realloc(block, size);
        for (int j = 0; j < 40; j++) CHECK(block[j] == (char)j);
        keep(block, size);
    }
}

/* 100 blocks of 64 bytes, all of which are freed: 6,400 bytes at once. */
NOINLINE static void by_turns(void) {
    void *blocks[100];
    for (int i = 0; i < 100; i++) CHECK((blocks[i] = malloc(64)) != NULL);
    for (int i = 0; i < 100; i++) free(blocks[i]);
}

/* The block of 3000 bytes is strdup's, a function of the C library. */
NOINLINE static void by_strdup(void) {
    char text[3000];
    memset(text, 'x', 2999);
    text[2999] = 0;
    keep(strdup(text), 3000);
}

NOINLINE static void check_limits(void) {
    CHECK(malloc_usable_size(NULL) == 0);
    CHECK(malloc_usable_size(kept[0]) >= 100);
    free(NULL);
    errno = 0;
    CHECK(malloc(SIZE_MAX - 8) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(calloc(SIZE_MAX / 2, 3) == NULL && errno == ENOMEM);
    void *block = malloc(16);
    CHECK(realloc(block, SIZE_MAX - 8) == NULL);
    free(block);
    void *empty = malloc(0);
    CHECK(empty != NULL);
    free(empty);
}

static void use_all_functions(void) {
    by_malloc();
    by_calloc();
    by_realloc();
    by_reallocarray();
    by_posix_memalign();
    by_aligned_alloc();
    by_memalign();
    by_valloc();
    by_realloc_of_aligned();
    by_turns();
    by_strdup();
}

/* Blocks of glibc's own, such as those of a library that is bound to it. */
static void free_foreign_blocks(void) {
    for (size_t size = 1; size < 3000000; size = size * 3 + 1) {
        char *block = __libc_malloc(size);
        CHECK(malloc_usable_size(block) >= size);
        memset(block, 0x77, malloc_usable_size(block));
        block = realloc(block, 2 * size);
        CHECK(block[0] == 0x77 && block[size - 1] == 0x77);
        free(block);
    }
}

/* A block of 123 bytes before main, and one of 321 bytes after it. */
__attribute__((constructor)) NOINLINE static void before_main(void) { keep(malloc(123), 123); }
__attribute__((destructor)) NOINLINE static void after_main(void) { keep(malloc(321), 321); }

/* A block of 456 bytes from atexit. */
NOINLINE static void at_end(void) { keep(malloc(456), 456); }

/* 1 GiB, of which the program touches a page. */
static void stay_lazy(void) {
    char *block = calloc(1 << 20, 1 << 10);
    CHECK(block != NULL);
    block[1 << 29] = 1;
    kept[used++] = block;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    CHECK(usage.ru_maxrss < 200 << 10);
}

NOINLINE static void *recurse(int depth, size_t size) {
    void *volatile block = depth == 0 ? malloc(size) : recurse(depth - 1, size);
    return block;
}

/* Each depth is a new stack, so the recorder has work that makes system calls. */
static void keep_errno(void) {
    for (int depth = 0; depth < 100; depth++) {
        errno = 77;
        void *block = recurse(depth, 10);
        CHECK(errno == 77);
        free(block);
        CHECK(errno == 77);
    }
}

/* 3 blocks of 1000 bytes in the parent, and 2 of 500 in the child, which frees one of the parent's. */
NOINLINE static void in_parent(void) {
    for (int i = 0; i < 3; i++) keep(malloc(1000), 1000);
}
NOINLINE static void in_child(void) {
    for (int i = 0; i < 2; i++) keep(malloc(500), 500);
}
static void fork_once(void) {
    in_parent();
    pid_t child = fork();
    if (child == 0) {
        in_child();
        free(kept[used - 3]);
        exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    child = vfork();
    if (child == 0) _exit(3);
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
}

static pthread_key_t key;
/* A block of 77 bytes for each of 4 threads, when the thread ends. */
NOINLINE static void in_thread_destructor(void *value) { keep(malloc(77), 77); free(value); }
/* 100 blocks of 40 bytes for each of 4 threads. */
NOINLINE static void *in_thread(void *unused) {
    pthread_setspecific(key, malloc(8));
    for (int i = 0; i < 100; i++) keep(malloc(40), 40);
    return unused;
}
static void run_threads(void) {
    pthread_t threads[4];
    CHECK(pthread_key_create(&key, in_thread_destructor) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, in_thread, NULL) == 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

/* 5 blocks of 88 bytes. */
NOINLINE static void in_handler(int signal) { (void)signal; keep(malloc(88), 88); }
static void raise_signals(void) {
    signal(SIGUSR1, in_handler);
    for (int i = 0; i < 5; i++) raise(SIGUSR1);
}

/* 4 blocks of 250 bytes in the region. The block from before it is freed there. */
NOINLINE static void in_region(void) {
    for (int i = 0; i < 4; i++) keep(malloc(250), 250);
}
static void measure_region(void) {
    uint64_t figures[11];
    by_malloc();
    CHECK(heaplab_region_totals(figures) == -1);
    CHECK(heaplab_region_begin != NULL && heaplab_region_begin() == 0);
    CHECK(heaplab_region_begin() == -1);
    in_region();
    free(kept[--used - 4]);
    CHECK(heaplab_region_end() == 0);
    CHECK(heaplab_region_end() == -1);
    by_turns();
    CHECK(heaplab_region_totals(figures) == 0);
    const uint64_t expected[11] = {4, 1000, 0, 0, 0, 0, 4, 1000, 4, 1000, 1};
    for (int i = 0; i < 11; i++) CHECK(figures[i] == expected[i]);
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "all";
    if (!strcmp(what, "all")) { use_all_functions(); by_pvalloc(); }
    /* valgrind 3.19 ends a program that calls pvalloc. */
    if (!strcmp(what, "most")) use_all_functions();
    if (!strcmp(what, "limits")) { by_malloc(); check_limits(); free_foreign_blocks(); }
    if (!strcmp(what, "lazy")) stay_lazy();
    if (!strcmp(what, "errno")) keep_errno();
    if (!strcmp(what, "fork")) fork_once();
    if (!strcmp(what, "threads")) run_threads();
    if (!strcmp(what, "signals")) raise_signals();
    if (!strcmp(what, "region")) measure_region();
    if (!strcmp(what, "end")) atexit(at_end);
    if (!strcmp(what, "twice")) { void *block = malloc(24); free(block); free(block); }
    puts("done");
    return 0;
}
