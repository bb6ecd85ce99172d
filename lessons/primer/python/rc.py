"""Rc: every object has a count of its references. Rust's twin: examples/rc.rs."""

import sys


class Bag:
    def __del__(self):
        print(" bag", end="")


def owners(counted):
    # The question itself holds a reference: the parameter of getrefcount.
    return counted - 1


def owners_during_a_call(bag):
    return owners(sys.getrefcount(bag))


first = Bag()
print("owners after the first name:", owners(sys.getrefcount(first)))

second = first
print("owners after the second name:", owners(sys.getrefcount(first)))

both = [first, first]
print("owners after a list with it twice:", owners(sys.getrefcount(first)))

print("owners during a call:", owners_during_a_call(first))

del both
print("owners after the list is gone:", owners(sys.getrefcount(first)))

del second
print("owners after the second name is gone:", owners(sys.getrefcount(first)))

print("freed with the last name:", end="")
del first
print()

# The count and a pointer to the type stand in front of the content.
print("bytes of an object without content:", sys.getsizeof(object()))
