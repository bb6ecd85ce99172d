"""Weak: a reference that is not counted. Rust's twin: examples/weak.rs."""

import sys
import weakref


class Bag:
    def __del__(self):
        print(" bag", end="")


def is_there(weak):
    # A weak reference is called: it returns the object, or None if nothing is left.
    return "yes" if weak() is not None else "no"


bag = Bag()
weak = weakref.ref(bag)
print("owners:", sys.getrefcount(bag) - 1)
print("weak references:", weakref.getweakrefcount(bag))
print("the bag is there:", is_there(weak))

another = weakref.ref(bag)
print("weak references after asking for another:", weakref.getweakrefcount(bag))
print("bytes of a weak reference:", sys.getsizeof(weak))

print("freed with the last owner:", end="")
del bag
print()
print("the bag is there after its last owner:", is_there(weak))
