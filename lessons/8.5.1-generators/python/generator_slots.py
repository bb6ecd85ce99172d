"""The same generator, of objects with __slots__.

Run it by hand: HEAPLAB_ROWS=1000000 python3 lessons/8.5.1-generators/python/generator_slots.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab


class User:
    __slots__ = ("name", "score")

    def __init__(self, name, score):
        self.name = name
        self.score = score


with heaplab.region() as region:
    users = (User(name=f"user{i}", score=i) for i in range(heaplab.rows()))
    region.keep(users, heaplab.checksum(users))
