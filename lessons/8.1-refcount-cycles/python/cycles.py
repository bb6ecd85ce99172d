"""What both scripts of cycles do: make a family whose members refer to each other, read it, and let go of it."""

import zlib
from collections import deque

# One family in eight stays for a while, at most a hundred of them at once, as in the Rust variants.
ONE_STAYS_IN, STAYING = 8, 100


class Parent:
    __slots__ = ("name", "children")

    def __init__(self, name):
        self.name = name
        self.children = []


class Child:
    __slots__ = ("score", "parent")

    def __init__(self, score, parent):
        self.score = score
        self.parent = parent


def family(i):
    parent = Parent(f"family{i}")
    parent.children = [Child(2 * i, parent), Child(2 * i + 1, parent)]
    return parent


def each_family(rows):
    """The checksum; none of the families is held any more when it returns."""
    crc, staying = 0, deque(maxlen=STAYING)
    for i in range(rows):
        parent = family(i)
        for child in parent.children:
            crc = zlib.crc32(f"{child.parent.name}\t{child.score}\n".encode(), crc)
        if i % ONE_STAYS_IN == 0:
            staying.append(parent)
    return crc
