/* A program that nobody prepared for the recorder. It reads commands from standard input, allocates
   or frees as they say, and answers each with `ok` on a line of its own, so that a test knows what it
   holds. Its blocks never move. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static void *users[100000], *orders[100000];
static int user_count, order_count;

/* A block of `size` bytes, from one line of one function. */
NOINLINE static void load_user(size_t size) {
    users[user_count++] = malloc(size);
}

/* The same from a function with a wide name, as programs elsewhere have them. */
NOINLINE static void 载入订单(size_t size) {
    orders[order_count++] = malloc(size);
}

/* Two ways to the same line. */
NOINLINE static void load_at_start(size_t size) {
    load_user(size);
    __asm__ volatile("");
}

NOINLINE static void load_in_request(size_t size) {
    load_user(size);
    __asm__ volatile("");
}

NOINLINE static void free_users(int count) {
    while (count-- > 0 && user_count > 0) free(users[--user_count]);
}

int main(void) {
    char what[32];
    int count;
    size_t size;
    /* The streams shall not allocate. */
    static char in[4096], out[4096];
    setvbuf(stdin, in, _IOFBF, sizeof in);
    setvbuf(stdout, out, _IOFBF, sizeof out);
    while (scanf("%31s %d %zu", what, &count, &size) == 3) {
        if (!strcmp(what, "free")) free_users(count);
        if (!strcmp(what, "fork") && fork() == 0) {
            for (int i = 0; i < count; i++) 载入订单(size);
            /* It ends at a signal, and does not outlive its test for long. */
            alarm(300);
            pause();
        }
        for (int i = 0; i < count; i++) {
            if (!strcmp(what, "start")) load_at_start(size);
            if (!strcmp(what, "request")) load_in_request(size);
            if (!strcmp(what, "order")) 载入订单(size);
            if (!strcmp(what, "churn")) free(malloc(size));
        }
        puts("ok");
        fflush(stdout);
    }
    puts("done");
    return 0;
}
