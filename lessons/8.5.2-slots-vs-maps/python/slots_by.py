"""The lecture's egg: a third slot that "does not affect function". It affects every object's size.

Run it by hand: HEAPLAB_ROWS=1000000 python3 lessons/8.5.2-slots-vs-maps/python/slots_by.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab


class User:
    __slots__ = ("name", "score", "_by")

    def __init__(self, name, score):
        self.name = name
        self.score = score
        self._by = "程序员晚枫"


with heaplab.region() as region:
    rows = [User(name=f"user{i}", score=i) for i in range(heaplab.rows())]
    region.keep(rows, heaplab.checksum(rows))
