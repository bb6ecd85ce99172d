/* Holds 8 MiB from malloc and 96 MiB that malloc knows nothing of, for a moment. With OWN_MALLOC it
   has a malloc of its own, which takes everything from the kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map(size_t bytes) {
    void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) _exit(9);
    return block;
}

#ifdef OWN_MALLOC
static char *place, *end;
void *malloc(size_t bytes) {
    bytes = (bytes + 31) & ~(size_t)15;
    if (place == NULL || (size_t)(end - place) < bytes) {
        size_t taken = bytes > (1 << 20) ? bytes : 1 << 20;
        place = map(taken);
        end = place + taken;
    }
    char *block = place;
    place += bytes;
    *(size_t *)block = bytes - 16;
    return block + 16;
}
void free(void *block) { (void)block; }
void *calloc(size_t count, size_t size) { return malloc(count * size); }
void *realloc(void *old, size_t bytes) {
    void *block = malloc(bytes);
    if (old != NULL) {
        size_t had = ((size_t *)old)[-2];
        memcpy(block, old, had < bytes ? had : bytes);
    }
    return block;
}
#endif

int main(void) {
    char *volatile held = malloc(8 << 20);
    memset(held, 1, 8 << 20);
    memset(map(96 << 20), 1, 96 << 20);
    /* A function that a malloc of its own may leave to the C library. */
    void *aligned = NULL;
    if (posix_memalign(&aligned, 64, 1 << 16) != 0) return 1;
    usleep(400000);
    char *volatile copy = strdup("a block of the C library");
    puts(copy);
    return 0;
}
