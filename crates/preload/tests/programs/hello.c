/* A library that says when it is loaded. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void greet(void) {
    char *volatile words = malloc(16);
    strcpy(words, "hello\n");
    if (write(1, words, strlen(words)) < 0) abort();
    free(words);
}
