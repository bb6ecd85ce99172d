"""Box: every value is on the heap, and every name is a reference. Rust's twin: examples/box.rs."""

import struct
import sys


class Node:
    def __init__(self, next):
        self.next = next


def chain_length(first):
    return 1 + (chain_length(first.next) if first.next else 0)


# A number is an object: a count of references, a type, a length, and then its digits.
number = 7_000
print("bytes of a number:", sys.getsizeof(number))

# A list holds references. Each number is an object of its own beside it.
numbers = [7_000 + more for more in range(1_000)]
references = sys.getsizeof(list(numbers)) - sys.getsizeof([])
objects = sum(sys.getsizeof(one) for one in numbers)
print("bytes per number of a list:", (references + objects) // len(numbers))

print("bytes of a reference:", struct.calcsize("P"))

# The second name is a second reference. The first one stays valid.
first = number
second = first
print("the second name leads to the same value:", "yes" if second is first else "no")

last = Node(None)
middle = Node(last)
first = Node(middle)
print("nodes in the chain:", chain_length(first))
