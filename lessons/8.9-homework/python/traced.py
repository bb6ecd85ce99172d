"""What tracemalloc says while rows go by: the homework's curve, as the lecture asks for it.

tracemalloc makes every allocation several times as slow, so it looks after the measured region. The points are those of
src/curve.rs, so that both languages stand in one picture.
"""

import array
import tracemalloc

import heaplab

POINTS = 100


class User:
    def __init__(self, name, score):
        self.name = name
        self.score = score


def chart(work):
    """Runs `work(rows, seen)`, which hands every row to `seen` and gets it back, and gives the curve for region.attach."""
    rows = heaplab.rows()
    every = max(1, rows // POINTS)
    # Plain numbers in one block that is there before tracemalloc looks: it does not see what it is told to keep.
    traced = array.array("Q", bytes(8 * (rows // every + 1)))
    count = 0

    def seen(user):
        nonlocal count
        count += 1
        if count % every == 0:
            traced[count // every] = tracemalloc.get_traced_memory()[0]
        return user

    tracemalloc.start()
    kept = work(rows, seen)
    tracemalloc.stop()
    del kept
    return {
        "kind": "chart",
        "name": "curves",
        "title": {"en": "A list and a generator, in Rust and in CPython", "zh": "列表与生成器：Rust 与 CPython"},
        "x": {"label": {"en": "rows so far", "zh": "已处理的行"}, "unit": "count"},
        "y": {"label": {"en": "live (Rust: recorder; CPython: tracemalloc)",
                        "zh": "存活（Rust：记录器；CPython：tracemalloc）"}, "unit": "bytes"},
        "series": [{"name": "", "marker": "line",
                    "points": [[float(point * every), float(figure)] for point, figure in enumerate(traced)]}],
    }
