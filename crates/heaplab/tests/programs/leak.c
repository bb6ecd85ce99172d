// Keeps 500 blocks of 1000 bytes and frees 100 of 64. With an argument a child allocates 5000 bytes.
// What the environment has for CPython is printed, then a line is awaited where "wait" is asked for.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *kept[500];

void remember(int at) {
    kept[at] = malloc(1000);
}

void forget(void) {
    free(malloc(64));
}

int main(int count, char **words) {
    char *text = getenv("PYTHONMALLOC");
    const char *asked = count > 1 ? words[1] : "";
    for (int at = 0; at < 500; at++) remember(at);
    for (int at = 0; at < 100; at++) forget();
    // Without stdio, which would allocate.
    (void)!write(1, text ? text : "unset", strlen(text ? text : "unset"));
    (void)!write(1, "\n", 1);
    if (strcmp(asked, "child") == 0) {
        if (fork() == 0) {
            free(malloc(5000));
            _exit(0);
        }
        wait(NULL);
    }
    char one;
    if (strcmp(asked, "wait") == 0) (void)!read(0, &one, 1);
    return strcmp(asked, "fail") == 0 ? 7 : 0;
}
