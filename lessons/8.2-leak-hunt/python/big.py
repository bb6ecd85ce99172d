"""The lecture's demo as it was shown: start tracemalloc, run the business code, take a snapshot, print five lines in KiB.

Its 10,000 texts are those of 200,000 requests. Run it by hand:
HEAPLAB_ROWS=200000 python3 lessons/8.2-leak-hunt/python/big.py
"""

import tracemalloc
import zlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab


tracemalloc.start()
with heaplab.region() as region:
    # The lecture's line, but for the number, which is a twentieth of the requests.
    big = ['程序员晚枫' * 1000 for _ in range(-(-heaplab.rows() // 20))]
    crc = 0
    for text in big:
        crc = zlib.crc32(f"\t{len(text)}\n".encode(), crc)
    snapshot = tracemalloc.take_snapshot()
    region.keep(big, crc)

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    root = os.path.dirname(os.path.dirname(here))
    rows = []
    for stat in snapshot.statistics('lineno')[:5]:
        frame = stat.traceback[0]
        place = os.path.relpath(frame.filename, root) if frame.filename.startswith(root) else os.path.basename(frame.filename)
        rows.append([
            {"unit": "text", "value": f"{place}:{frame.lineno}"},
            {"unit": "text", "value": f"{stat.size / 1024:.1f} KiB"},
            {"unit": "count", "value": stat.count},
        ])
    region.attach({
        "kind": "figure",
        "name": "blocks_of_first_line",
        "title": {"en": "blocks of the first line", "zh": "第一行的块数"},
        "value": rows[0][2],
    })
    region.attach({
        "kind": "table",
        "title": {"en": "The five lines that hold the most", "zh": "占用最多的五行"},
        "columns": [{"en": "line", "zh": "行"}, {"en": "live", "zh": "存活"}, {"en": "blocks", "zh": "块数"}],
        "rows": rows,
    })
