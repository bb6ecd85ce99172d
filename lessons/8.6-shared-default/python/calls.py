"""Runs add(item) once a call and watches, as src/calls.rs does: how long the bag is that each call gets, and what becomes of
an empty list that the caller brings. Imported by the scripts beside it.
"""

import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab

SAMPLES = 64
Row = collections.namedtuple("Row", "name score")


def run(add):
    """The measured region: `add(item)` for the items 0, 1, 2, ..., and then the two things that a fix may get wrong."""
    samples = [(0, 0)]
    calls = heaplab.rows()

    def answers():
        for item in range(calls):
            bag = add(item)
            if (item + 1) * SAMPLES >= len(samples) * calls:
                samples.append((item + 1, len(bag)))
            yield Row("item", bag[-1])

    with heaplab.region() as region:
        region.keep(add, heaplab.checksum(answers()))
        for attachment in told(samples, after_three(add), own_list(add)):
            region.attach(attachment)


def after_three(add):
    """What len(add(item)) is for the third of three more calls, without what the calls before left in the default."""
    before = len(add(0)) - 1
    add(1)
    return len(add(2)) - before


def own_list(add):
    """How long the caller's own empty list is after a call that was to put an item into it."""
    mine = []
    add(0, mine)
    return len(mine)


def told(samples, third, own):
    calls, items = samples[-1]
    return [
        {
            "kind": "chart",
            "name": "growth-cpython",
            "title": {"en": "CPython: the bag that a call gets", "zh": "CPython：每次调用拿到的袋子"},
            "x": {"label": {"en": "calls", "zh": "调用次数"}, "unit": "count"},
            "y": {"label": {"en": "items in the bag", "zh": "袋子里的件数"}, "unit": "count"},
            "series": [{"name": "", "marker": "line", "points": [[float(x), float(y)] for x, y in samples]}],
        },
        {
            "kind": "table",
            "title": {"en": "The default and the caller's own list, in CPython", "zh": "CPython：默认值与调用者自己的列表"},
            "columns": [
                {"en": "calls", "zh": "调用次数"},
                {"en": "len(add(item)), last call", "zh": "最后一次 len(add(item))"},
                {"en": "len(mine) after mine = []; add(item, mine)", "zh": "mine = []; add(item, mine) 之后的 len(mine)"},
                {"en": "why", "zh": "为什么"},
            ],
            "rows": [
                [
                    {"unit": "count", "value": calls},
                    {"unit": "count", "value": items},
                    {"unit": "count", "value": own},
                    {"unit": "words", "value": why(items, own)},
                ]
            ],
        },
        figure("bag_length_after_three_calls", third, "items in the bag of the third call", "第三次调用拿到的袋子里的件数"),
        figure("own_empty_list_kept", own, "items in the caller's own list, empty before", "调用者自己的空列表在调用之后的件数"),
    ]


def figure(name, value, en, zh):
    return {"kind": "figure", "name": name, "title": {"en": en, "zh": zh}, "value": {"unit": "count", "value": value}}


def why(items, own):
    """Both halves from what was measured: the last call's bag, and the caller's own list."""
    if items > 1:
        default = (
            f"the list of the def is one for all calls: the last call finds {items - 1:,} items of other calls in it",
            f"def 那一行的列表只有一个：最后一次调用在里面看到了别的调用的 {items - 1:,} 件",
        )
    else:
        default = ("each call has its own list", "每次调用都有自己的列表")
    if own == 1:
        mine = ("the caller's own empty list gets the item", "调用者自己的空列表收到了这一件")
    else:
        mine = (
            f"the caller's own empty list is replaced by another, and {own} items come into it",
            f"调用者自己的空列表被换成了另一个，自己收到 {own} 件",
        )
    return {"en": f"{default[0]}; {mine[0]}", "zh": f"{default[1]}；{mine[1]}"}
