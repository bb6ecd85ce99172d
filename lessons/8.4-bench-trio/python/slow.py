"""The lecture's demo as a script of its own, for cProfile and kernprof. Not a variant.

    python3 -m cProfile -s tottime lessons/8.4-bench-trio/python/slow.py
    kernprof -lv lessons/8.4-bench-trio/python/slow.py
"""

try:
    profile  # kernprof -l puts it there
except NameError:
    def profile(function):
        return function


@profile
def slow():
    return sum([i ** 2 for i in range(100000)])


slow()
