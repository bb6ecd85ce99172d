"""Runs `users(numbers)` of a script under tracemalloc and prints what it held while the rows went by, as JSON.

`cargo xtask homework report` starts it: python3 student_curve.py SCRIPT ROWS
"""

import array
import json
import runpy
import sys
import time
import tracemalloc

POINTS = 200


def trace(users, rows):
    """One point for every 200th part of the rows: nanoseconds since the start, and traced bytes."""
    every = max(1, rows // POINTS)
    # Plain numbers in blocks that are there before tracemalloc looks.
    times, live = (array.array("Q", bytes(8 * (rows // every + 2))) for _ in range(2))
    used = 0

    def look():
        nonlocal used
        times[used] = time.perf_counter_ns() - started
        live[used] = tracemalloc.get_traced_memory()[0]
        used += 1

    def numbers():
        for number in range(rows):
            if number % every == 0 and used < len(times) - 1:
                look()
            yield number

    tracemalloc.start()
    started = time.perf_counter_ns()
    handed_out = users(numbers())
    count = sum(1 for _ in handed_out)
    look()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"rows": count, "peak_bytes": peak, "points": list(zip(times[:used], live[:used]))}


if __name__ == "__main__":
    script, rows = sys.argv[1], int(sys.argv[2])
    print(json.dumps(trace(runpy.run_path(script)["users"], rows)))
