/* A C program that loads a library, calls it, and unloads it if it is told to. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **words) {
    if (count != 3) return 2;
    void *library = dlopen(words[1], RTLD_NOW);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); return 3; }
    int (*entry)(void) = (int (*)(void))dlsym(library, "plugin_entry");
    if (!entry) return 4;
    int result = entry();
    if (strcmp(words[2], "unload") == 0 && dlclose(library) != 0) return 5;
    return result;
}
