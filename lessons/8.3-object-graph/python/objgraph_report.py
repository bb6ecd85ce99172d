"""objgraph on the same object, as the lecture shows it. Not a variant: leaky_registry.py attaches what comes out, after its own
measurement.
"""

import contextlib
import os
import shutil
import sys

import lecture_tools

FONTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/report")
PICTURE = "objgraph-leak.png"
# From big back to the module: its Session, the list, the Bus, the Service, and a dict for each of them before CPython 3.11.
DEPTH = 10


def attachments(big, ours):
    """The picture. `ours` are the ids of what only this measurement has, which objgraph is told to leave out."""
    if not lecture_tools.asked():
        return []
    missing = [name for name in ["objgraph"] if not lecture_tools.is_installed(name)]
    if shutil.which("dot") is None:
        missing.append("graphviz (Debian: apt-get install graphviz)")
    if missing:
        return [table(lecture_tools.not_installed(*missing))]
    import objgraph

    picture = lecture_tools.out_path(PICTURE)
    # A font with the egg's characters, for machines that have none: fontconfig looks into this folder's `fonts`.
    os.environ["XDG_DATA_HOME"] = FONTS
    # It says where it has left what; the report says so too.
    with contextlib.redirect_stdout(sys.stderr):
        objgraph.show_backrefs([big], max_depth=DEPTH, filename=picture, extra_ignore=ours)
    if not os.path.exists(picture):
        return [table(lecture_tools.failed("dot", "it wrote no picture"))]
    title = {"en": "objgraph’s own picture of who refers to `big`", "zh": "objgraph 自己画的：谁引用着 `big`"}
    command = f"objgraph.show_backrefs([big], max_depth={DEPTH}, filename='leak.png')"
    return [lecture_tools.file(PICTURE, title, "objgraph", command)]


def table(cell):
    return {
        "kind": "table",
        "title": {"en": "objgraph on the same object", "zh": "objgraph 看同一个对象"},
        "columns": [{"en": "tool", "zh": "工具"}, {"en": "what came out", "zh": "结果"}],
        "rows": [[{"unit": "text", "value": "objgraph"}, cell]],
    }
