"""The work of both scripts: build, free most, build again with larger objects.

It is not run by itself: objects.py and objects_row.py say which objects survive.
"""

import os
import re
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab

# What a bytes object has before and behind its bytes.
HEADER = sys.getsizeof(b"")


def sizes(state=8):
    """Knuth's MMIX generator, as in src/sizes.rs: a function of a least and a most size."""

    def between(least, most):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return least + (state >> 33) % (most - least + 1)

    return between


def run(survives, pictures=()):
    count = heaplab.rows()
    with heaplab.region() as region:
        between, slots = sizes(), [None] * count
        before = footprint(slots)
        for place in range(count):
            slots[place] = bytes([place & 255]) * between(1, 224)
        full = footprint(slots)
        for place in range(count):
            if not survives(place, count):
                slots[place] = None
        freed = footprint(slots)
        left = count // 4
        for place in range(count):
            if left == 0:
                break
            if slots[place] is None:
                size = between(225, 448)
                slots[place] = bytes([size & 255]) * size
                left -= 1
        again = footprint(slots)
        region.keep(slots, checksum(slots))
        region.attach(came_back(before, full, freed, again))
        for picture in pictures:
            region.attach(picture)


def checksum(slots):
    """Of every live object its size, its first and its last byte."""
    crc = 0
    for data in slots:
        if data is not None:
            crc = zlib.crc32(f"\t{len(data) << 16 | data[0] << 8 | data[-1]}\n".encode(), crc)
    return crc


def footprint(slots):
    """Bytes asked for, resident bytes, and arenas made and held; what this system or this Python does not tell is None."""
    live = sum(sys.getsizeof(data) for data in slots if data is not None)
    try:
        with open("/proc/self/status") as status:
            resident = int(re.search(r"RssAnon:\s+(\d+)", status.read())[1]) * 1024
    except (OSError, TypeError):
        resident = None
    return live, resident, arenas()


def arenas():
    """Made so far, held now, and the bytes of each: from what sys._debugmallocstats writes to the process's stderr."""
    if not hasattr(sys, "_debugmallocstats"):
        return None
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
        file.seek(0)
        text = file.read().decode(errors="replace").replace(",", "")
    made = re.search(r"# arenas allocated total\s+=\s+(\d+)", text)
    held = re.search(r"(\d+) arenas \* (\d+) bytes/arena", text)
    return (int(made[1]), int(held[1]), int(held[2])) if made and held else None


def came_back(before, full, freed, again):
    """The same table as the Rust variants', a row a variant."""

    def grown(at):
        known = at[1] is not None and before[1] is not None
        return {"unit": "bytes", "value": max(at[1] - before[1], 0)} if known else absent

    absent = {"unit": "text", "value": "–"}
    share = None
    if before[1] is not None and full[1] > before[1]:
        share = max(full[1] - max(freed[1], before[1]), 0) / (full[1] - before[1])
    columns = [
        ("asked for, all blocks", "全部块的申请量", {"unit": "bytes", "value": full[0]}),
        ("resident", "常驻内存", grown(full)),
        ("asked for, survivors", "存活块的申请量", {"unit": "bytes", "value": freed[0]}),
        ("resident then", "此时的常驻内存", grown(freed)),
        ("came back", "归还", absent if share is None else {"unit": "share", "value": share}),
        ("asked for, with new blocks", "加上新块的申请量", {"unit": "bytes", "value": again[0]}),
        ("resident at the end", "最后的常驻内存", grown(again)),
        ("why", "为什么", {"unit": "words", "value": why(full, freed, again)}),
    ]
    return {
        "kind": "table",
        "title": {"en": "What memory came back", "zh": "归还了多少内存"},
        "columns": [{"en": en, "zh": zh} for en, zh, _ in columns],
        "rows": [[cell for _, _, cell in columns]],
    }


def why(full, freed, again):
    """Computed from the arenas, as CameBack::why in src/came_back.rs."""
    share = f"{100 * (1 - freed[0] / max(full[0], 1)):.0f} %"
    if not (full[2] and freed[2] and again[2]):
        return {
            "en": f"{share} of the bytes were freed; what came back was not measured here",
            "zh": f"释放了 {share} 的字节；归还了多少，这里测不出",
        }
    (_, held, size), (made, kept, _) = full[2], freed[2]
    needed, new = -(-freed[0] // size), again[2][0] - made
    if kept * 2 > held:
        en = "an arena goes back only as a whole, and these still hold survivors"
        zh = "arena 只能整个归还，而留下的这些里都还有存活的块"
    else:
        en = "the survivors stand together, so whole arenas became free"
        zh = "存活的块都挨在一起，所以空出了整个的 arena"
    return {
        "en": f"{share} of the bytes were freed and {kept} of {held} arenas stayed, where {needed} would do: {en}; "
        f"the new blocks needed {new} more",
        "zh": f"释放了 {share} 的字节，{held} 个 arena 留下 {kept} 个，其实 {needed} 个就够：{zh}；"
        f"新的块又要了 {new} 个",
    }


def alignment():
    """The lowest alignment of any address, and the distance of neighbours of one size: the size of their blocks."""
    bits, points = 0, []
    # One byte is a shared object; over 512 bytes the system's allocator takes over.
    for size in range(2, 512 - HEADER + 1):
        addresses = sorted(id(data) for data in [b"x" * size for _ in range(64)])
        bits = bits | sum_of_bits(addresses)
        block = min(after - here for here, after in zip(addresses, addresses[1:]))
        points.append([float(HEADER + size), float(block)])
    yield {
        "kind": "figure",
        "name": "alignment_bytes",
        "title": {"en": "lowest alignment of a block, in bytes", "zh": "内存块的最低对齐（字节）"},
        "value": {"unit": "count", "value": bits & -bits},
    }
    yield {
        "kind": "chart",
        "name": "usable",
        "title": {"en": "What a request gets", "zh": "申请多少，实得多少"},
        "x": {"label": {"en": "requested", "zh": "申请"}, "unit": "bytes", "logarithmic": True},
        "y": {"label": {"en": "usable", "zh": "可用"}, "unit": "bytes", "logarithmic": True},
        "series": [{"name": "", "marker": "stairs", "points": points}],
    }


def sum_of_bits(addresses):
    bits = 0
    for address in addresses:
        bits |= address
    return bits
