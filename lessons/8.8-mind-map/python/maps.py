"""A dict a row, all of them kept.

Run it by hand: HEAPLAB_ROWS=1000000 python3 lessons/8.8-mind-map/python/maps.py
"""

import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab

with heaplab.region() as region:
    rows = [{"name": f"user{i}", "score": i, "active": i % 3 != 0} for i in range(heaplab.rows())]
    crc = 0
    for row in rows:
        points = row["score"] if row["active"] else 0
        crc = zlib.crc32(f"{row['name']}\t{points}\n".encode(), crc)
    region.keep(rows, crc)
