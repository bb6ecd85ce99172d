"""timeit on the lecture's demo: how long does the statement take, whatever is in it?

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.4-bench-trio/python/timed.py
"""

import os
import sys
import timeit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import trio

n = heaplab.rows(100000)
attachments = []
timer = timeit.Timer("sum([i ** 2 for i in range(n)])", globals={"n": n})
calls = max(1, timer.autorange()[0] // 4)
# Two minima: the same statement twice, to see what the difference of nothing looks like.
rounds = [[elapsed / calls * 1e9 for elapsed in timer.repeat(5, calls)] for _ in range(2)]
empty_calls = 200_000
loop_ns = min(timeit.repeat("pass", repeat=5, number=empty_calls)) / empty_calls * 1e9
heads = [("statement", "语句"), ("quickest", "最快"), ("slowest", "最慢"), ("calls a repetition", "每次重复的调用数")]
rows = [
    [trio.plain(f"sum([i ** 2 for i in range(n)]), {which}"), trio.nanoseconds(min(times)),
     trio.nanoseconds(max(times)), trio.count(calls)]
    for which, times in zip(("once", "again"), rounds)
]
attachments.append(trio.table(("Time a call, by timeit", "每次调用的时间（timeit）"), heads, rows))
attachments.append(trio.tool(
    ("time a call", "按次计时"), "timeit (Python)", 'python3 -m timeit "sum([i ** 2 for i in range(100000)])"',
    ("where inside the call the time goes", "时间花在这次调用里的什么地方"),
    (f"its own loop, {loop_ns:.0f} ns a call", f"它自己的循环：每次调用 {loop_ns:.0f} ns"),
))

# The tools have run before: what they cost is no time of the demo's.
with heaplab.region() as region:
    total = trio.slow(n)
    region.keep(total, trio.checksum(total))
    # The lecture's own statement, whatever the scale is.
    statement = "sum([i ** 2 for i in range(100000)])"
    attachments += trio.printed(
        ("What timeit prints", "timeit 打印的内容"), "timeit", f'python3 -m timeit "{statement}"', "-m", "timeit", statement,
    )
    for attachment in attachments:
        region.attach(attachment)
