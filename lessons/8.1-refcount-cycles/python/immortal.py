"""Which objects does this CPython count, and which are immortal? A thousand references more, and the count is asked again.

Run it by hand: python3 lessons/8.1-refcount-cycles/python/immortal.py
"""

import sys

MORE = 1_000


def counts(thing):
    """What sys.getrefcount says before and after a list has taken MORE references."""
    before = sys.getrefcount(thing)
    held = [thing] * MORE
    return before, sys.getrefcount(thing)


def measure():
    return [(name, *counts(thing)) for name, thing in [("None", None), ("True", True), ("1", 1), ("object()", object())]]


def text(en, zh):
    return {"en": en, "zh": zh}


def verdict(before, after):
    if after == before:
        return text(
            "immortal: nobody counts, so nobody writes to it, and it is never freed",
            "不朽：没人计数，也就没人往它里面写，它永远不会被释放",
        )
    counted = text(f"counted: {after - before:+,}", f"照常计数：{after - before:+,}")
    if before > 100_000_000:
        # No program holds that many references: somebody has set the count so high.
        return text(
            f"{counted['en']}, from so high a start that the count never reaches 0",
            f"{counted['zh']}，但起点高得永远数不到 0",
        )
    return counted


def table():
    """For the report: a row per object."""
    cell = lambda unit, value: {"unit": unit, "value": value}
    return {
        "kind": "table",
        "title": text(f"Who is counted: {MORE:,} references more", f"谁在被计数：再多 {MORE:,} 个引用"),
        "columns": [
            text("object", "对象"),
            text("sys.getrefcount", "sys.getrefcount"),
            text("after the list", "有了列表之后"),
            text("so it is", "所以它是"),
        ],
        "rows": [
            [cell("text", name), cell("count", before), cell("count", after), cell("words", verdict(before, after))]
            for name, before, after in measure()
        ],
    }


if __name__ == "__main__":
    print("CPython", sys.version.split()[0])
    for name, before, after in measure():
        print(f"  {name:<9} {before:>13,} {after:>13,}  {verdict(before, after)['en']}")
