"""The same families with CPython's cycle collector, and what it says about itself.

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.1-refcount-cycles/python/cycles_gc_on.py
"""

import gc
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
from cycles import each_family

collections = []


def watch(phase, info):
    """Called by the collector before and after each run. CPython does not say how much it looked at."""
    if phase == "stop":
        collections.append((info["generation"], info["collected"]))


def text(en, zh):
    return {"en": en, "zh": zh}


def chart():
    """What each collection freed, in the order of running."""
    axis = lambda label: {"label": label, "unit": "count"}
    points = lambda wanted: [
        [run, freed] for run, (generation, freed) in enumerate(collections, 1) if generation == wanted
    ]
    series = [{"name": f"gen {g}", "marker": "dots", "points": points(g)} for g in range(3)]
    return {
        "kind": "chart",
        "name": "cpython-freed",
        "title": text("CPython's collector: how much it freed, run by run", "CPython 的回收器：每次释放了多少对象"),
        "x": axis(text("collections so far", "已经回收的次数")),
        "y": axis(text("objects", "对象")),
        "series": [one for one in series if one["points"]],
    }


def table():
    """By generation, with the thresholds that this interpreter has."""
    rows = []
    for generation, threshold in enumerate(gc.get_threshold()):
        freed = [freed for of, freed in collections if of == generation]
        figures = [threshold, len(freed), sum(freed)]
        rows.append([{"unit": "text", "value": str(generation)}] + [{"unit": "count", "value": f} for f in figures])
    return {
        "kind": "table",
        "title": text("CPython's collector by generation", "CPython 的回收器：按代统计"),
        "columns": [
            text("generation", "代"),
            text("threshold", "阈值"),
            text("collections", "回收次数"),
            text("freed", "释放的对象"),
        ],
        "rows": rows,
    }


def figure(name, title, count):
    return {"kind": "figure", "name": name, "title": title, "value": {"unit": "count", "value": count}}


gc.collect()
gc.callbacks.append(watch)
with heaplab.region() as region:
    crc = each_family(heaplab.rows())
    gc.collect()
    region.keep(None, crc)
    region.attach(chart())
    region.attach(table())
    region.attach(figure("threshold", text("objects that start a young collection", "触发年轻代回收的对象数"), gc.get_threshold()[0]))
    region.attach(figure("collections", text("collections", "回收次数"), len(collections)))
