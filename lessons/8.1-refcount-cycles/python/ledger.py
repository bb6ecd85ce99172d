"""The ledger of every +1 and -1 in CPython: a line runs, and sys.getrefcount is asked. The lecture's demo comes first.

Run it by hand: HEAPLAB_ROWS=1000 python3 lessons/8.1-refcount-cycles/python/ledger.py
It then prints the ledger; with HEAPLAB_OUT it goes into the record.
"""

import gc
import os
import sys
import weakref
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import immortal


def ask(name):
    return f"sys.getrefcount({name})"


# What is left is asked by a weak reference; 0 says that the object is gone.
BY_WEAK = "sys.getrefcount(weak()) if weak() is not None else 0"
# A line, and what is asked once it has run; none where nobody can be asked.
LECTURE = [
    ("lst = []", ask("lst")),
    ("lst.append(lst)", ask("lst")),
    ("del lst", None),
    ("found = gc.collect()", None),
]
OWNERS = [
    ("first = Family()", ask("first")),
    ("second = first", ask("first")),
    ("del second", ask("first")),
    ("box = [first, first]", ask("first")),
    ("del box", ask("first")),
    ("table = {'key': first}", ask("first")),
    ("table['key'] = None", ask("first")),
    ("weak = weakref.ref(first)", ask("first")),
    ("upgraded = weak()", ask("first")),
    ("del upgraded", ask("first")),
    ("closure = (lambda captured: lambda: captured)(first)", ask("first")),
    ("del closure", ask("first")),
    ("returned = through(first)", ask("first")),
    ("del first", ask("returned")),
    ("inside = asked_inside(returned)", "inside"),
    ("pass", ask("returned")),
    ("returned.myself = returned", ask("returned")),
    ("del returned", BY_WEAK),
    ("found = gc.collect()", BY_WEAK),
]


class Family:
    pass


def through(value):
    return value


def asked_inside(value):
    return sys.getrefcount(value)


def own_reference():
    """What sys.getrefcount adds by itself: an object with one name is asked, at the level where the ledger runs."""
    space = {"sys": sys, "probe": object()}
    return eval("sys.getrefcount(probe)", space) - 1


def own_reference_in_a_function():
    """The same inside a function, where newer CPythons lend a local variable's reference instead of making one."""
    probe = object()
    return sys.getrefcount(probe) - 1


def run(lines):
    """Every line with the count after it, and what the lines have named."""
    space = {"sys": sys, "gc": gc, "weakref": weakref, "Family": Family, "through": through}
    space["asked_inside"] = asked_inside
    book = []
    for line, asked in lines:
        exec(line, space)
        book.append((line, eval(asked, space) if asked else None))
    return book, space


def text(en, zh):
    return {"en": en, "zh": zh}


def why(before, after, own, found=None):
    """From the counts before and after a line, and from what gc.collect() found in it."""
    if found is not None:
        gone = text("The object is gone.", "对象没了。") if after == 0 else text("", "")
        return text(
            f"gc.collect() found {found} unreachable and freed it all. {gone['en']}".strip(),
            f"gc.collect() 找到 {found} 个够不着的对象，全部释放。{gone['zh']}",
        )
    if after is None:
        return text(
            f"A name has gone: {before - own - 1} left of {before - own} references, and nobody can ask any more.",
            f"少了一个名字：{before - own} 个引用还剩 {before - own - 1} 个，可是谁也没法再问了。",
        )
    if after == 0:
        return text("The last reference has gone: freed at once.", "最后一个引用没了：当场释放。")
    said = text(
        f"sys.getrefcount says {after}; {own} of it is its own argument.",
        f"sys.getrefcount 说 {after}，其中 {own} 个是它自己的参数。",
    )
    if before is None:
        return text(f"The object is there. {said['en']}", f"对象诞生。{said['zh']}")
    if after == before:
        return text("No change: no reference came, none went.", "没有变化：引用没多也没少。")
    return text(f"{after - before:+}. {said['en']}", f"{after - before:+}。{said['zh']}")


def steps(name, title, book, own, found):
    befores = [None] + [count for _, count in book]
    found_by = lambda line: found if line.startswith("found = ") else None
    return {
        "kind": "steps",
        "name": name,
        "title": title,
        "counts": text("references", "引用数"),
        "steps": [
            {"code": line, "why": why(before, count, own, found_by(line))}
            for before, (line, count) in zip(befores, book)
        ],
        "series": [
            {"name": text("sys.getrefcount", "sys.getrefcount"), "values": [count for _, count in book]},
            {
                "name": text("without its own", "去掉它自己的"),
                "values": [count and count - own for _, count in book],
            },
        ],
    }


def own_references_table(own, inside):
    """Who asks decides: measured, not remembered."""
    if inside == own:
        verdict = text("the same: this CPython counts its argument everywhere", "一样：这个 CPython 处处都把参数算上")
    else:
        verdict = text(
            f"{own - inside} fewer: this CPython lends a local variable's reference instead of counting one more",
            f"少 {own - inside} 个：这个 CPython 直接借用局部变量的引用，不再多算",
        )
    cell = lambda words, count: [{"unit": "words", "value": words}, {"unit": "count", "value": count}]
    first = cell(text("asked by a name of the module", "用模块里的名字问"), own)
    second = cell(text("asked by a local variable of a function", "用函数里的局部变量问"), inside)
    return {
        "kind": "table",
        "title": text("What sys.getrefcount adds by itself", "sys.getrefcount 自己多算了多少"),
        "columns": [text("who asks", "谁在问"), text("too many", "多算"), text("compared", "比较")],
        "rows": [
            first + [{"unit": "words", "value": text("–", "–")}],
            second + [{"unit": "words", "value": verdict}],
        ],
    }


def figure(name, title, value):
    return {"kind": "figure", "name": name, "title": title, "value": {"unit": "count", "value": value}}


def pages():
    # What lies about is collected first, and nothing is collected unasked: what the demo frees is the demo's.
    gc.collect()
    gc.disable()
    own, inside = own_reference(), own_reference_in_a_function()
    lecture, after_lecture = run(LECTURE)
    owners, after_owners = run(OWNERS)
    gc.enable()
    demo = text("CPython: the lecture's demo", "CPython：课上的演示")
    every = text("CPython: every +1 and -1", "CPython：每一次 +1 和 -1")
    return [
        steps("ledger-lecture", demo, lecture, own, after_lecture["found"]),
        steps("ledger-cpython", every, owners, own, after_owners["found"]),
        own_references_table(own, inside),
        immortal.table(),
        figure(
            "refcount_empty_list",
            text("sys.getrefcount of an empty list", "空列表的 sys.getrefcount"),
            lecture[0][1],
        ),
        figure(
            "refcount_after_append",
            text("sys.getrefcount after lst.append(lst)", "lst.append(lst) 之后的 sys.getrefcount"),
            lecture[1][1],
        ),
        figure(
            "found_by_collect",
            text("objects that gc.collect() found", "gc.collect() 找到的对象"),
            after_lecture["found"],
        ),
    ]


def count_and_let_go(rows, own):
    """Every count that is read goes into the checksum, without the reference that sys.getrefcount itself holds."""
    space = {"sys": sys, "shared": object()}
    asked = compile(ask("shared"), "ledger", "eval")
    crc, box = 0, []
    for _ in range(rows):
        box.append(space["shared"])
        crc = zlib.crc32(f"strong\t{eval(asked, space) - own}\n".encode(), crc)
        box.pop()
        crc = zlib.crc32(f"strong\t{eval(asked, space) - own}\n".encode(), crc)
    return crc


def show(pages):
    for page in (page for page in pages if page["kind"] == "steps"):
        print(page["title"]["en"])
        for step, count, bare in zip(page["steps"], *(series["values"] for series in page["series"])):
            print(f"  {step['code']:<54} {count!s:>5} {bare!s:>5}  {step['why']['en']}")


if __name__ == "__main__":
    with heaplab.region() as region:
        region.keep(None, count_and_let_go(heaplab.rows(), own_reference()))
        pages = pages()
        for page in pages:
            region.attach(page)
        if "HEAPLAB_OUT" not in os.environ:
            show(pages)
