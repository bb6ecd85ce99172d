// Every form of C++'s new and delete. The blocks of each function stand beside it.
#include <cstdio>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#define NOINLINE __attribute__((noinline))

struct Plain { char bytes[40]; };
struct alignas(64) Aligned { char bytes[192]; };
struct alignas(4096) PageAligned { char bytes[8192]; };

template <typename T> static T *volatile last;
template <typename T> static T *keep(T *block) { return last<T> = block; }

// 10 blocks of 40 bytes, 4 of them freed.
NOINLINE void by_new() {
    for (int i = 0; i < 10; i++) {
        Plain *block = keep(new Plain);
        if (i < 4) delete block;
    }
}
// 5 blocks of 400 bytes, 2 of them freed.
NOINLINE void by_new_array() {
    for (int i = 0; i < 5; i++) {
        Plain *block = keep(new Plain[10]);
        if (i < 2) delete[] block;
    }
}
// 6 blocks of 192 bytes, 3 of them freed; 2 of 8192.
NOINLINE void by_aligned_new() {
    for (int i = 0; i < 6; i++) {
        Aligned *block = keep(new Aligned);
        if (reinterpret_cast<unsigned long>(block) % 64) throw "alignment";
        if (i < 3) delete block;
    }
    for (int i = 0; i < 2; i++) if (reinterpret_cast<unsigned long>(keep(new PageAligned)) % 4096) throw "alignment";
}
// 3 blocks of 40 bytes, and none where there is no memory.
NOINLINE void by_nothrow_new() {
    for (int i = 0; i < 3; i++) keep(new (std::nothrow) Plain);
    if (keep(new (std::nothrow) char[1ul << 46]) != nullptr) throw "memory";
    try { keep(new char[1ul << 46]); throw "memory"; } catch (const std::bad_alloc &) {}
}
// A vector of 1000 numbers: 4000 bytes, freed. 20 nodes of a map, of 48 bytes each.
NOINLINE void by_containers(std::map<int, long> &kept) {
    std::vector<int> numbers(1000);
    keep(numbers.data());
    for (int i = 0; i < 20; i++) kept[i] = i;
}
// One block of 100 bytes for each of two statics, at the end of the program: one is freed.
struct AtEnd {
    NOINLINE ~AtEnd() { keep(new char[100]); delete[] keep(new char[100]); }
};
static AtEnd at_end;
thread_local AtEnd of_thread;

int main() {
    std::map<int, long> &kept = *new std::map<int, long>;
    (void)&of_thread;
    by_new();
    by_new_array();
    by_aligned_new();
    by_nothrow_new();
    by_containers(kept);
    std::puts("done");
}
