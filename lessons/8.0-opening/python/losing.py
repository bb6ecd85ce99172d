"""Every page is kept: somebody might ask for it again.

Run it by hand: HEAPLAB_ROWS=20000 python3 lessons/8.0-opening/python/losing.py
"""

import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab

with heaplab.region() as region:
    seen = []
    crc = 0
    for visit in range(heaplab.rows()):
        page = f"<p>Good morning, visitor {visit:06}.</p>" * 25
        seen.append(page)
        crc = zlib.crc32(f"{page}\t{visit}\n".encode(), crc)
    crc = zlib.crc32(f"sent\t{sum(len(page) for page in seen)}\n".encode(), crc)
    region.keep(seen, crc)
