"""What the egg in __slots__ costs: what CPython says of one object, and how far apart two objects lie in memory.

Run it: python3 lessons/8.5.2-slots-vs-maps/python/egg.py
No variant of the lesson: it measures nothing but addresses, and needs no runner.
"""

import sys
from collections import Counter


class User:
    __slots__ = ("name", "score")


class UserBy:
    __slots__ = ("name", "score", "_by")


for kind in (User, UserBy):
    objects = [kind() for _ in range(10_000)]
    # Objects that are made one after the other are neighbours, but for the ends of a pool: take the commonest distance.
    distances = Counter(id(after) - id(before) for before, after in zip(objects, objects[1:]))
    [(apart, _)] = distances.most_common(1)
    print(f"{kind.__name__:<7} sys.getsizeof {sys.getsizeof(objects[0])}   apart in memory {apart}")
