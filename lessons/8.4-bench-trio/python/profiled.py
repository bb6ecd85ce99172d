"""cProfile on the lecture's demo: time a function, sorted as `pstats` sorts it.

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.4-bench-trio/python/profiled.py
"""

import cProfile
import os
import pstats
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import trio

ROUNDS = 20


def profiled(work):
    profiler = cProfile.Profile()
    profiler.enable()
    work()
    profiler.disable()
    return profiler


def called(n):
    """A function call an element: what cProfile has to look at a hundred thousand times."""
    return sum(map(square, range(n)))


def square(i):
    return i ** 2


def row(function, figures, whole):
    (_, _, name), (_, calls, own, cumulative, _) = function, figures
    return [trio.plain(name), trio.count(calls), trio.nanoseconds(own / ROUNDS * 1e9),
            trio.nanoseconds(cumulative / ROUNDS * 1e9), trio.share(own / whole if whole else 0)]

n = heaplab.rows(100000)
attachments = []
stats = pstats.Stats(profiled(lambda: [(trio.slow(n), called(n)) for _ in range(ROUNDS)]))
stats.sort_stats("tottime")
whole = sum(figures[2] for figures in stats.stats.values())
heads = [("function", "函数"), ("calls", "调用次数"), ("time, itself", "时间（自身）"),
         ("time, with calls", "时间（含被调）"), ("itself, %", "自身占比")]
rows = [row(function, stats.stats[function], whole) for function in stats.fcn_list[:8]]
attachments.append(trio.table(("Time a function, by cProfile", "按函数计时（cProfile）"), heads, rows))

plain, watched = trio.quickest(lambda: called(n)), trio.quickest(lambda: profiled(lambda: called(n)))
attachments.append(trio.tool(
    ("time a function", "按函数计时"), "cProfile (Python)", "python3 -m cProfile -s tottime SCRIPT",
    ("lines; and it makes small functions look slower than they are", "源码行；还会让小函数显得比实际更慢"),
    trio.times(watched / plain),
))

# The tools have run before: what they cost is no time of the demo's.
with heaplab.region() as region:
    total = trio.slow(n)
    region.keep(total, trio.checksum(total))
    attachments += trio.printed(
        ("What cProfile prints", "cProfile 打印的内容"), "cProfile", "python3 -m cProfile -s tottime slow.py",
        "-m", "cProfile", "-s", "tottime", trio.SLOW,
    )
    for attachment in attachments:
        region.attach(attachment)
