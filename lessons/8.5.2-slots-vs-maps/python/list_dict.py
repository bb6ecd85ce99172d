"""A list of ten million objects: the lecture's starting point. Their class has no __slots__, so each can have any field.

Run it by hand: HEAPLAB_ROWS=1000000 python3 lessons/8.5.2-slots-vs-maps/python/list_dict.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab


class User:
    def __init__(self, name, score):
        self.name = name
        self.score = score


with heaplab.region() as region:
    rows = [User(name=f"user{i}", score=i) for i in range(heaplab.rows())]
    region.keep(rows, heaplab.checksum(rows))

    import blocks_report

    for attachment in blocks_report.attachments():
        region.attach(attachment)
