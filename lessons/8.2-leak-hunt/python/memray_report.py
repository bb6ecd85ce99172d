"""memray on cache_unbounded.py, as the lecture shows it: memray run, memray flamegraph. Not a variant: cache_unbounded.py attaches
what comes out, after its own measurement.
"""

import json
import os
import tempfile

import lecture_tools

LEAK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cache_unbounded.py")
PAGE = "memray-flamegraph.html"
COMMAND = "memray run -o leak.bin cache_unbounded.py && memray flamegraph -o leak.html leak.bin"
DASH = {"unit": "text", "value": "–"}


def attachments():
    if not lecture_tools.asked():
        return []
    if not lecture_tools.is_installed("memray"):
        return [table([["memray", lecture_tools.not_installed("memray")] + [DASH] * 4])]
    with tempfile.TemporaryDirectory() as folder:
        try:
            return report(os.path.join(folder, "leak.bin"), os.path.join(folder, "stats.json"))
        except lecture_tools.ToolError as error:
            return [table([["memray", lecture_tools.failed("memray", error)] + [DASH] * 4])]


def report(recording, stats):
    plain_ns, plain_rss = lecture_tools.measure(LEAK)
    memray_run = ["-m", "memray", "run", "-q", "-f", "-o", recording, LEAK]
    start_ns, start_rss = lecture_tools.measure(*memray_run, rows=0)
    watched_ns, watched_rss = lecture_tools.measure(*memray_run)
    lecture_tools.run("-m", "memray", "flamegraph", "--no-web", "-f", "-o", lecture_tools.out_path(PAGE), recording)
    lecture_tools.run("-m", "memray", "stats", "--json", "-f", "-o", stats, recording)
    with open(stats, encoding="utf-8") as file:
        figures = json.load(file)
    cost = (f"{watched_ns / plain_ns:.1f} times the time, {watched_rss / plain_rss:.1f} times the memory",
            f"耗时是 {watched_ns / plain_ns:.1f} 倍，内存是 {watched_rss / plain_rss:.1f} 倍")
    title = {"en": "memray’s own flamegraph of the leak", "zh": "memray 自己画的泄漏火焰图"}
    return [
        table([
            row("python3 cache_unbounded.py", ("without memray", "不用 memray"), plain_ns, plain_rss, DASH, DASH),
            row("HEAPLAB_ROWS=0 memray run cache_unbounded.py", ("no requests: what it takes to start memray", "没有请求：启动 memray 本身的代价"), start_ns,
                start_rss, DASH, DASH),
            row("memray run cache_unbounded.py", cost, watched_ns, watched_rss, bytes_cell(figures["metadata"]["peak_memory"]),
                bytes_cell(figures["total_bytes_allocated"])),
        ]),
        lecture_tools.file(PAGE, title, "memray", COMMAND),
    ]


def row(command, what, wall_ns, peak_rss, peak, total):
    words = {"unit": "words", "value": {"en": what[0], "zh": what[1]}}
    return [command, words, {"unit": "nanoseconds", "value": float(wall_ns)}, bytes_cell(peak_rss), peak, total]


def bytes_cell(value):
    return {"unit": "bytes", "value": value}


def table(rows):
    heads = [("command", "命令"), ("what it costs", "代价"), ("time of the process", "进程的耗时"),
             ("peak RSS", "RSS 峰值"), ("memray: peak", "memray：峰值"), ("memray: total allocated", "memray：累计分配")]
    return {
        "kind": "table",
        "title": {"en": "memray on the same leak, in a process of its own", "zh": "memray 看同一个泄漏（单独的进程）"},
        "columns": [{"en": en, "zh": zh} for en, zh in heads],
        "rows": [[{"unit": "text", "value": cells[0]}] + cells[1:] for cells in rows],
    }
