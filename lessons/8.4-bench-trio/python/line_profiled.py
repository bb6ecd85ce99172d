"""line_profiler on the lecture's demo: hits, time and percent beside each line. Without the package nothing is measured,
and the report says how to get it.

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.4-bench-trio/python/line_profiled.py
"""

import inspect
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import trio

try:
    from line_profiler import LineProfiler
except ImportError:
    LineProfiler = None

BLIND = ("what a line calls into, and that looking at a line makes it slower", "一行调用了什么；以及被盯着的行会变慢")


def source(stats, function):
    """What line_profiler counted, beside the lines of the function."""
    code, first = inspect.getsourcelines(function)
    timed = {line: (hits, time) for lines in stats.timings.values() for line, hits, time in lines}
    whole = sum(time for _, time in timed.values())

    def line(number, text):
        figures = []
        if number in timed:
            hits, time = timed[number]
            figures = [trio.count(hits), trio.nanoseconds(time * stats.unit * 1e9), trio.share(time / whole)]
        return {"number": number, "code": text.rstrip(), **({"figures": figures} if figures else {})}

    return {
        "kind": "source",
        "title": trio.text("Time a line, by line_profiler", "按行计时（line_profiler）"),
        "path": "lessons/8.4-bench-trio/python/trio.py",
        "columns": [trio.text("hits", "次数"), trio.text("time", "时间"), trio.text("%", "占比")],
        "lines": [line(first + offset, text) for offset, text in enumerate(code)],
    }

n = heaplab.rows(100000)
attachments = []
command = "kernprof -lv SCRIPT"
axis = ("time a line", "按行计时")
if LineProfiler is None:
    attachments.append(trio.tool(axis, "line_profiler (Python)", command, BLIND, (
        "not installed here: export HEAPLAB_PYTHON=$(bash .ci/python-tools)",
        "这台机器上没有：export HEAPLAB_PYTHON=$(bash .ci/python-tools)")))
else:
    profiler = LineProfiler()
    watched = profiler(trio.slow)
    watched(n)
    attachments.append(source(profiler.get_stats(), trio.slow))
    # Line by line it looks at every round of a loop: a loop shows what that costs.

    def looped(n):
        total = 0
        for i in range(n):
            total += i ** 2
        return total

    ratio = trio.quickest(lambda: LineProfiler(looped).runcall(looped, n)) / trio.quickest(lambda: looped(n))
    attachments.append(trio.tool(axis, "line_profiler (Python)", command, BLIND, trio.times(ratio)))

# The tools have run before: what they cost is no time of the demo's.
with heaplab.region() as region:
    total = trio.slow(n)
    region.keep(total, trio.checksum(total))
    if LineProfiler is not None:
        attachments += trio.printed(
            ("What kernprof prints", "kernprof 打印的内容"), "line_profiler", "kernprof -lv slow.py",
            "-m", "kernprof", "-lv", trio.SLOW,
        )
    for attachment in attachments:
        region.attach(attachment)
