"""What the three scripts of lesson 8.4 share: the lecture's demo, its checksum, the table of tools, and what a tool prints.

Not a variant of its own: `timed.py`, `profiled.py` and `line_profiled.py` are.
"""

import os
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
SLOW = os.path.join(HERE, "slow.py")
HEADS = [("axis", "哪一斧"), ("tool", "工具"), ("command", "命令"), ("what it cannot see", "看不到什么"),
         ("its cost, measured here", "代价（实测）")]


def slow(n=100000):
    squares = [i ** 2 for i in range(n)]
    total = sum(squares)
    return total


def checksum(total):
    """As the Rust variants take it: one row, `sum`."""
    return zlib.crc32(f"sum\t{total}\n".encode())


def text(en, zh):
    return {"en": en, "zh": zh}


def words(en, zh):
    return {"unit": "words", "value": text(en, zh)}


def plain(value):
    return {"unit": "text", "value": value}


def count(value):
    return {"unit": "count", "value": value}


def nanoseconds(value):
    return {"unit": "nanoseconds", "value": float(value)}


def share(value):
    return {"unit": "share", "value": float(value)}


def table(title, columns, rows):
    return {"kind": "table", "title": text(*title), "columns": [text(*head) for head in columns], "rows": rows}


def tool(axis, name, command, blind, cost):
    """A row of the table that the Rust variants and the runner fill too."""
    title = ("The tools and what they cost here", "各种工具，以及它们在这台机器上的代价")
    return table(title, HEADS, [[words(*axis), plain(name), plain(command), words(*blind), words(*cost)]])


def printed(title, tool, command, *arguments):
    """What the lecture's own command prints: `command` as a reader types it, and the arguments of python3 that do the same."""
    import lecture_tools

    if not lecture_tools.asked():
        return []
    try:
        said = lecture_tools.run(*arguments, folder=lecture_tools.out_path(""))
    except lecture_tools.ToolError as error:
        said = str(error)
    return [lecture_tools.output(text(*title), tool, command, said.replace(HERE + os.sep, ""))]


def times(ratio):
    return (f"{ratio:.2f} times the plain run", f"是不测量时的 {ratio:.2f} 倍")


def quickest(work, repetitions=7):
    """Nanoseconds of the quickest of several runs: whatever disturbs a run makes it slower, never quicker."""
    def once():
        started = time.perf_counter_ns()
        work()
        return time.perf_counter_ns() - started

    return min(once() for _ in range(repetitions))
