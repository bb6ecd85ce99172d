"""Families that refer to each other, with CPython's cycle collector switched off: what reference counts alone can do.

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.1-refcount-cycles/python/cycles_gc_off.py
"""

import gc
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
from cycles import each_family

gc.disable()
with heaplab.region() as region:
    region.keep(None, each_family(heaplab.rows()))
