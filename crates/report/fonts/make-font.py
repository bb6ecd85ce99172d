"""Makes HeaplabSansSC-Regular.ttf from Noto Sans SC, and HeaplabMono-Regular.ttf from Noto Sans Mono. README.md beside this
file has the commands.

    python3 make-font.py NotoSansSC_400Regular.ttf HeaplabSansSC-Regular.ttf
    python3 make-font.py NotoSansMono_400Regular.ttf HeaplabMono-Regular.ttf
"""

import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

# Beyond level 1, in lessons' titles.
TITLES = "阱"
SYMBOLS = "\u3000‘’“”–—…·×÷≤≥≈≠±−²³µμ°√←↑→↓✓●■□▲△▼"


def code():
    """ASCII and the symbols that stand between it."""
    return {chr(code) for code in range(0x20, 0x7F)} | set(SYMBOLS)


def words():
    """ASCII, GB 2312 level 1, the punctuation of both languages and the symbols that the pictures use."""
    wanted = {chr(code) for code in range(0x20, 0x7F)}
    for row in range(16, 56):
        for cell in range(1, 95):
            try:
                wanted.add(bytes([row + 0xA0, cell + 0xA0]).decode("gb2312"))
            except UnicodeDecodeError:
                pass  # row 55 ends early
    wanted |= {chr(code) for code in range(0x3001, 0x3012)}  # CJK punctuation
    wanted |= {chr(code) for code in range(0xFF01, 0xFF5F)}  # full-width forms
    return wanted | set(TITLES) | set(SYMBOLS)


# By the target's file name: the family, and the characters that it keeps.
FONTS = {
    "HeaplabSansSC-Regular": ("Heaplab Sans SC", words),
    "HeaplabMono-Regular": ("Heaplab Mono", code),
}


def rename(font, family, postscript):
    """Noto's licence wants another name on a changed font; the copyright and licence lines stay."""
    names = {1: family, 2: "Regular", 3: f"1.0;{postscript}", 4: f"{family} Regular", 6: postscript}
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in (0, 5, 13, 14)]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)


def main(source, target):
    postscript = os.path.splitext(os.path.basename(target))[0]
    family, characters = FONTS[postscript]
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["kern"]
    options.name_IDs = ["*"]
    options.notdef_outline = True  # a missing glyph shows as a box, not as nothing
    options.drop_tables += ["BASE", "STAT", "vhea", "vmtx", "VORG"]
    # The time of making would change the bytes.
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(characters())))
    cutter.subset(font)
    rename(font, family, postscript)
    font.save(target)
    present = set(font.getBestCmap())
    print("not in the source font:", sorted(c for c in characters() if ord(c) not in present))


if __name__ == "__main__":
    main(*sys.argv[1:])
