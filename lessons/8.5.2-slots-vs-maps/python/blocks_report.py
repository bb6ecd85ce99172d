"""What blocks.py measures, as tables for the report: which block is what, and what __slots__ saves of it.

See it by hand: python3 lessons/8.5.2-slots-vs-maps/python/blocks.py
"""

import sys

import blocks


def text(en, zh):
    return {"en": en, "zh": zh}


def words(en, zh):
    return {"unit": "words", "value": text(en, zh)}


def size(number):
    return {"unit": "bytes", "value": number}


def attachments():
    plain, slots = blocks.measure(blocks.User), blocks.measure(blocks.SlotsUser)
    return [blocks_table(plain, slots), saving_table(plain, slots), *figures(plain, slots)]


def name_blocks(one, made):
    """What each block is, by the line that asked for it and by its size, as (name, line, bytes)."""
    named = []
    for line, number in made:
        largest = number == max(other for of, other in made if of == line)
        if line.startswith("name"):
            name = "str"
        elif line.startswith("score"):
            name = "int"
        elif line.startswith("objects"):
            # Where getsizeof says less than the block has, the fields stand in it, behind the object.
            name = ("object" if number <= sys.getsizeof(one) else "inline") if largest else "values"
        else:
            name = "dict" if largest else "values"
        named.append((name, line, number))
    return named


BLOCK_NAMES = {
    "dict": words("a dictionary; its keys stand once for the class", "一个字典；键全类只存一份"),
    "values": words("an array for the values of its fields", "一个数组，放字段的值"),
    "inline": words("the object, with the values of its fields behind it", "对象本身，字段的值就接在后面"),
    "object": words("the object", "对象本身"),
    "str": words("the name, a str", "名字，一个 str"),
    "int": words("the score, an int", "分数，一个 int"),
}
NONE = {"unit": "text", "value": "–"}


def blocks_table(plain, slots):
    """A row per block, with its bytes without __slots__ and with them."""
    (one, made, read), (slots_one, slots_made, _) = plain, slots
    with_slots = {name: number for name, _, number in name_blocks(slots_one, slots_made)}
    # An object with its values behind it is, with __slots__, an object.
    with_slots["inline"] = with_slots["object"]
    code = lambda line: {"unit": "text", "value": line}
    rows = [
        [BLOCK_NAMES[name], code(line), size(number), size(with_slots[name]) if name in with_slots else NONE]
        for name, line, number in sorted(name_blocks(one, made), key=lambda block: list(BLOCK_NAMES).index(block[0]))
    ]
    for line, number in read:
        late = words("a dictionary, only once somebody reads __dict__", "一个字典，有人读 __dict__ 时才有")
        rows.append([late, code(line), size(number), NONE])
    return {
        "kind": "table",
        "title": text("The blocks that make up one object, by tracemalloc", "一个对象由哪几块内存组成（tracemalloc）"),
        "columns": [
            text("block", "内存块"),
            text("the line that asks for it", "申请它的那一行"),
            text("without __slots__", "没有 __slots__"),
            text("with __slots__", "有 __slots__"),
        ],
        "rows": rows,
    }


def total(measured):
    return sum(number for _, number in measured[1])


def saving_table(plain, slots):
    without, with_slots = total(plain), total(slots)
    return {
        "kind": "table",
        "title": text("What __slots__ saves of one object", "__slots__ 给一个对象省下多少"),
        "columns": [
            text("without", "没有 __slots__"),
            text("with", "有 __slots__"),
            text("saved", "省下"),
            text("share", "占比"),
            text("live at end, per row", "结束时每行存活"),
            text("why", "为什么"),
        ],
        "rows": [[
            size(without),
            size(with_slots),
            size(without - with_slots),
            {"unit": "share", "value": (without - with_slots) / without},
            {"unit": "live_bytes_a_row"},
            {"unit": "words", "value": explain(plain, slots)},
        ]],
    }


def explain(plain, slots):
    """From the blocks that were found: where the fields are without __slots__, and what stays the same with them."""
    found = {name: number for name, _, number in name_blocks(plain[0], plain[1])}
    bare = {name: number for name, _, number in name_blocks(slots[0], slots[1])}
    same = found["str"] + found["int"]
    tail = text(
        f"The name and the score, {same} B, are blocks of their own either way.",
        f"名字和分数共 {same} 字节，两种写法里都各占一块。",
    )
    if "dict" in found:
        why = text(
            f"Each object has a dictionary ({found['dict']} B) and an array of its values ({found['values']} B); "
            f"only the keys are shared by the class. With __slots__ both go away.",
            f"每个对象带一个字典（{found['dict']} 字节）和一个值数组（{found['values']} 字节），全类共用的只有键。"
            f"有了 __slots__，这两块都不要了。",
        )
    elif "values" in found:
        why = text(
            f"There is no dictionary until somebody reads __dict__: the fields are in an array of {found['values']} B, "
            f"and the object is {found['object']} B. With __slots__ the array goes away, and the object is {bare['object']} B.",
            f"没人读 __dict__ 就没有字典：字段放在一个 {found['values']} 字节的数组里，对象本身 {found['object']} 字节。"
            f"有了 __slots__，数组不要了，对象是 {bare['object']} 字节。",
        )
    else:
        why = text(
            f"There is no dictionary until somebody reads __dict__, and no array either: the fields stand behind the object, "
            f"in one block of {found['inline']} B. With __slots__ it is {bare['object']} B: two fields and the header.",
            f"没人读 __dict__ 就没有字典，也没有单独的数组：字段就接在对象后面，合成一块 {found['inline']} 字节。"
            f"有了 __slots__ 是 {bare['object']} 字节：两个字段加一个头。",
        )
    return text(f"{why['en']} {tail['en']}", why["zh"] + tail["zh"])


def figures(plain, slots):
    figure = lambda name, title, number: {"kind": "figure", "name": name, "title": title, "value": size(number)}
    return [
        figure("object_bytes", text("one object without __slots__, every block", "一个没有 __slots__ 的对象，所有内存块"), total(plain)),
        figure("slots_object_bytes", text("one object with __slots__, every block", "一个有 __slots__ 的对象，所有内存块"), total(slots)),
    ]
