"""The lecture's demo as a script of its own, for cProfile and kernprof. Not a variant.

    python3 -m cProfile -s tottime lessons/8.4-bench-trio/python/slow.py
    kernprof -lv lessons/8.4-bench-trio/python/slow.py
"""

import os

try:
    profile  # kernprof -l puts it there
except NameError:
    def profile(function):
        return function


@profile
def slow(n):
    return sum([i ** 2 for i in range(n)])


slow(int(os.environ.get("HEAPLAB_ROWS", 100000)))
