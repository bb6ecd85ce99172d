"""The same list, with __slots__: the fields have their places in the object, and there can be no __dict__.

Run it by hand: HEAPLAB_ROWS=1000000 python3 lessons/8.5.2-slots-vs-maps/python/slots_list.py
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
    rows = [User(name=f"user{i}", score=i) for i in range(heaplab.rows())]
    region.keep(rows, heaplab.checksum(rows))
