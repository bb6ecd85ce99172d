/* Loads libraries in the way that the first argument says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))
#define CHECK(condition) do { if (!(condition)) { printf("line %d: %s %s\n", __LINE__, #condition, dlerror()); exit(1); } } while (0)

static void *find(void *library, const char *name) {
    CHECK(library != NULL);
    void *found = dlsym(library, name);
    CHECK(found != NULL);
    return found;
}

/* Blocks go from the program to the library and back. Three of 1000 bytes are left in the library,
   two of 600 here. */
NOINLINE static void exchange(void *library) {
    void *(*hold)(size_t) = find(library, "plugin_hold");
    void (*release)(void *) = find(library, "plugin_release");
    release(malloc(100));
    free(hold(200));
    for (int i = 0; i < 3; i++) CHECK(hold(1000) != NULL);
    for (int i = 0; i < 2; i++) CHECK(malloc(600) != NULL);
}

static volatile int blocks = 3;
NOINLINE static void hold_below(void) {
    for (int i = 0; i < blocks; i++) CHECK(malloc(7000) != NULL);
}

/* Pairs of a library and a function of it, each loaded, called and unloaded before the next. */
NOINLINE static void take_turns(char **pairs) {
    for (; pairs[0] != NULL; pairs += 2) {
        void *library = dlopen(pairs[0], RTLD_NOW);
        void (*enter)(void (*)(void)) = find(library, pairs[1]);
        /* The second time, the recorder knows the stack already. */
        enter(hold_below);
        enter(hold_below);
        CHECK(dlclose(library) == 0);
        blocks++;
    }
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const char *what = arguments[1], *path = arguments[2];
    if (!strcmp(what, "deep")) exchange(dlopen(path, RTLD_NOW | RTLD_DEEPBIND));
    if (!strcmp(what, "deep-base")) exchange(dlmopen(LM_ID_BASE, path, RTLD_NOW | RTLD_DEEPBIND));
    if (!strcmp(what, "plain")) exchange(dlopen(path, RTLD_LAZY));
    /* A library whose name has no folder is looked for where the caller says. */
    if (!strcmp(what, "through")) {
        void *(*load)(const char *) = find(dlopen(path, RTLD_NOW), "load");
        CHECK(dlopen(arguments[3], RTLD_NOW) == NULL);
        exchange(load(arguments[3]));
    }
    if (!strcmp(what, "missing")) CHECK(dlopen(path, RTLD_NOW | RTLD_DEEPBIND) == NULL && dlerror() != NULL);
    if (!strcmp(what, "turns")) take_turns(arguments + 2);
    puts("done");
    return 0;
}
