/* A program that asks for the bounds of its stack before it allocates anything, as the start of every
   Rust program does, and in a thread whose name was changed between two allocations. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void ask(void) {
    pthread_attr_t attributes;
    void *low;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) abort();
    if (pthread_attr_getstack(&attributes, &low, &size) != 0 || (char *)&low < (char *)low) abort();
    pthread_attr_destroy(&attributes);
}

static void *hold(void *name) {
    ask();
    pthread_setname_np(pthread_self(), name);
    ask();
    return malloc(100);
}

int main(void) {
    ask();
    for (int round = 0; round < 3; round++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, hold, round % 2 ? "odd" : "even") != 0) abort();
        pthread_join(thread, NULL);
    }
    return write(1, "done\n", 5) == 5 ? 0 : 1;
}
