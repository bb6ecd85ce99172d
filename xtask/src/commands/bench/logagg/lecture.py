"""The lecture's own way: mmap, readline, a regular expression, a Counter, a line of progress every million lines."""
import json
import mmap
import re
import resource
import sys
import time
from collections import Counter

begin = time.perf_counter_ns()
address = re.compile(rb"^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})")
counter = Counter()
lines = 0
with open(sys.argv[1], "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as log:
    for line in iter(log.readline, b""):
        found = address.match(line)
        if found:
            counter[found.group(1)] += 1
        lines += 1
        if lines % 1_000_000 == 0:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
            print(f"[程序员晚枫] 已处理 {lines / 1e6:.1f} M 行，内存 {memory:.1f} MB", file=sys.stderr)
top = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:10]
print(json.dumps({
    "pv": sum(counter.values()),
    "uv": len(counter),
    "top": [{"key": key.decode(), "count": count} for key, count in top],
    "wall_ns": time.perf_counter_ns() - begin,
}))
