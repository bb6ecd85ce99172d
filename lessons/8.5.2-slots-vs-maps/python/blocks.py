"""Which blocks of memory make up one object, in the interpreter that runs this: without __slots__ and with them.

Run it by hand: python3 lessons/8.5.2-slots-vs-maps/python/blocks.py
tracemalloc knows every block that CPython asks for, its size, and the line of Python that asked for it.
"""

import linecache
import sys
import tracemalloc
from collections import Counter

MADE = 1_000


class User:
    def __init__(self, name, score):
        self.name = name
        self.score = score


class SlotsUser:
    __slots__ = ("name", "score")

    def __init__(self, name, score):
        self.name = name
        self.score = score


def make(kind, objects):
    """Each part of a row is made in a line of its own."""
    for i in range(len(objects)):
        name = f"user{1_000_000 + i}"
        score = 1_000_000 + i
        objects[i] = kind(name, score)


def read_dict(objects):
    """Whoever reads __dict__ gets a dictionary, also of an object that has done without one."""
    for user in objects:
        user.__dict__


def blocks_of(work, *arguments):
    """The blocks of each object that the work has made, as (line, bytes)."""
    tracemalloc.start()
    work(*arguments)
    traces = tracemalloc.take_snapshot().traces
    tracemalloc.stop()
    found = Counter((trace.traceback[0].lineno, trace.size) for trace in traces)
    # A block that was asked for once, such as the keys that all objects of a class share, is no part of one object.
    each = sorted(block for block, count in found.items() if count > MADE // 2)
    return [(linecache.getline(__file__, line).strip(), size) for line, size in each]


def measure(kind):
    """An object of this class, the blocks that make it up, and those that come when its __dict__ is read."""
    # CPython gives the first objects of a class room for more fields than they have, so they are not counted.
    first, objects = [None] * 100, [None] * MADE
    make(kind, first)
    made = blocks_of(make, kind, objects)
    read = blocks_of(read_dict, objects) if hasattr(first[0], "__dict__") else []
    return first[0], made, read


if __name__ == "__main__":
    print("CPython", sys.version.split()[0])
    for kind in (User, SlotsUser):
        one, made, read = measure(kind)
        print(f"{kind.__name__}: {sum(size for _, size in made)} B an object; sys.getsizeof says {sys.getsizeof(one)}")
        for line, size in made + read:
            print(f"  {size:>4} B  {line}")
