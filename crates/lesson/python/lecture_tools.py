"""Runs the tools that the lecture names, in processes of their own, and makes attachments of what they print and write.

    if lecture_tools.asked():
        for attachment in ...:
            region.attach(attachment)

After region.keep, so that no tool is measured. A tool that is not installed gives a row that says how to install it.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time

INSTALL = "export HEAPLAB_PYTHON=$(bash .ci/python-tools)"


class ToolError(Exception):
    """A tool that did not end well, with the end of what it said."""


def asked():
    """Whether the tools are to run. `cargo xtask lesson` asks in one of a variant's runs; by hand: HEAPLAB_TOOLS=1."""
    return os.environ.get("HEAPLAB_TOOLS") == "1"


def is_installed(module):
    return importlib.util.find_spec(module) is not None


def version(package):
    """The version of a package; CPython's own for a module of the standard library."""
    import importlib.metadata

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return sys.version.split()[0]


def out_path(name):
    """Where a file for the report is left: in $HEAPLAB_OUT, or by hand in the current folder."""
    return os.path.join(os.path.abspath(os.environ.get("HEAPLAB_OUT", ".")), name)


def run(*arguments, folder=None):
    """What `python3 ARGUMENTS` prints, started in a folder."""
    return _run([sys.executable, *arguments], folder).stdout


def measure(*arguments, rows=None):
    """Nanoseconds and peak RSS in bytes of `python3 ARGUMENTS`, from its start to its end; at a scale of its own with `rows`."""
    scale = {} if rows is None else {"HEAPLAB_ROWS": str(rows)}
    printed = _run([sys.executable, os.path.abspath(__file__), sys.executable, *arguments], None, **scale).stdout
    return json.loads(printed.splitlines()[-1])


def output(title, tool, command, text):
    """What a tool printed, as an attachment."""
    return {"kind": "output", "title": title, "tool": tool, "version": version(tool), "command": command, "text": text}


def file(name, title, tool, command):
    """A PNG or an HTML page that a tool left at out_path(name), as an attachment."""
    return {"kind": "file", "file": name, "title": title, "tool": tool, "version": version(tool), "command": command}


def not_installed(*packages):
    """A cell of a table."""
    names = ", ".join(packages)
    return {"unit": "words", "value": {"en": f"{names}: not installed here: {INSTALL}",
                                       "zh": f"这台机器上没有 {names}：{INSTALL}"}}


def failed(tool, error):
    """A cell of a table."""
    return {"unit": "words", "value": {"en": f"{tool} did not end well: {error}", "zh": f"{tool} 没有正常结束：{error}"}}


def _run(command, folder, **environment):
    # The recorder watches the variant, not a tool; and a tool writes no record.
    kept = {name: value for name, value in os.environ.items()
            if name != "LD_PRELOAD" and (name == "HEAPLAB_ROWS" or not name.startswith("HEAPLAB_"))}
    ended = subprocess.run(command, env={**kept, **environment}, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           encoding="utf-8", errors="replace")
    if ended.returncode != 0:
        said = ended.stderr.strip().splitlines() or ["nothing"]
        raise ToolError(f"exit status {ended.returncode}, {said[-1]}")
    return ended


def _measure_child():
    """Runs the arguments as a command. As a small process of its own, because Linux counts what the parent had resident when
    it started a child to the child's peak."""
    started = time.perf_counter_ns()
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(1)
    print(json.dumps([time.perf_counter_ns() - started, usage.ru_maxrss * 1024]))


if __name__ == "__main__":
    _measure_child()
