/* A library that holds blocks and frees those of others, and one that loads a third. */
#include <dlfcn.h>
#include <stdlib.h>

void *plugin_hold(size_t bytes) {
    void *volatile block = malloc(bytes);
    return block;
}

void plugin_release(void *block) { free(block); }

void *load(const char *name) {
    void *volatile library = dlopen(name, RTLD_NOW);
    return library;
}
