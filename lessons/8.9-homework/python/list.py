"""A list comprehension, as the homework says; then once more under tracemalloc, for its curve.

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.9-homework/python/list.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
from traced import User, chart

with heaplab.region() as region:
    users = [User(f"user{i}", i) for i in range(heaplab.rows())]
    region.keep(users, heaplab.checksum(users))
    region.attach(chart(lambda rows, seen: [seen(User(f"user{i}", i)) for i in range(rows)]))
