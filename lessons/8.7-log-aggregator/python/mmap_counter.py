"""The lecture's program: the file mapped, readline, a regex for an IPv4 address, a Counter, a line of progress every million
lines. Its memory is what the lecture asks: sys.getsizeof of the counter.

Run it by hand: HEAPLAB_PREPARED=access.log python3 lessons/8.7-log-aggregator/python/mmap_counter.py
"""

import mmap
import os
import re
import sys
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import result

IPV4 = re.compile(rb"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}")


def said(counter):
    """The memory that the line of progress tells: the table, and none of what stands in it."""
    return sys.getsizeof(counter)


def whole(counter):
    """The table, its keys, and its counts, each object once."""
    counts = {id(count): count for count in counter.values()}
    return said(counter) + sum(map(sys.getsizeof, counter)) + sum(map(sys.getsizeof, counts.values()))


def figure(name, value, en, zh):
    return {"kind": "figure", "name": name, "title": {"en": en, "zh": zh}, "value": value}


log = heaplab.prepared()
os.environ.setdefault("HEAPLAB_ROWS", str(os.path.getsize(log)))
with heaplab.region() as region:
    counter, lines = Counter(), 0
    with open(log, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    for line in iter(mapped.readline, b""):
        lines += 1
        match = IPV4.match(line)
        if match:
            counter[match.group()] += 1
        if lines % 1_000_000 == 0:
            megabytes = said(counter) / 1e6
            print(f"[程序员晚枫] 已处理 {lines / 1e6:.1f} M 行，内存 {megabytes:.1f} MB", flush=True)
    found = sum(counter.values())
    region.keep((mapped, counter), result.checksum(counter, lines - found))

    def attach(name, unit, value, en, zh):
        region.attach(figure(name, {"unit": unit, "value": value}, en, zh))

    attach("lecture-pv", "count", found, "PV by the lecture’s regex", "按课上的正则算出的 PV")
    attach("lecture-uv", "count", len(counter), "UV by the lecture’s regex", "按课上的正则算出的 UV")
    attach("lecture-missed", "count", lines - found, "lines in which it found no address", "正则没有找到地址的行")
    attach("getsizeof-counter", "bytes", said(counter), "sys.getsizeof(counter): what its progress tells",
           "sys.getsizeof(counter)：进度行报出的内存")
    attach("counter-hidden", "bytes", whole(counter) - said(counter), "its keys and counts, which that leaves out",
           "没有算进去的键和计数")
    if region.end:
        pages = region.end["RssFile"] - region.start["RssFile"]
        attach("mapped-pages", "bytes", max(0, pages), "pages of the log that it has resident at its end",
               "结束时常驻内存的日志页")
        attach("anonymous", "bytes", region.end["RssAnon"], "its anonymous pages at its end", "结束时的匿名页")
