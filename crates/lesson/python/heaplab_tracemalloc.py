"""CPython's own tracemalloc as a probe: what the interpreter's allocators gave out in the region. Imported by heaplab.py alone, under
HEAPLAB_PROBE=tracemalloc.

The module tracemalloc would import half a dozen others, and the process would no longer be the one that the recorder measures. So this asks
_tracemalloc, the part that is written in C.
"""

# The recorder is reached by ctypes. A script that imports it in its region finds it there in both runs.
import ctypes
import itertools
import os
import sys

import _tracemalloc

MOST_LINES = 5


class Tracemalloc:
    """Opens and closes its region, and says what it has counted in it, as heaplab.Recorder does."""

    name = "tracemalloc"

    def __init__(self):
        # A script that traces itself goes on doing so; what it has allocated so far is forgotten.
        self._traces_itself = _tracemalloc.is_tracing()
        self._status = _open_status()
        self.begin = _tracemalloc.clear_traces if self._traces_itself else _tracemalloc.start
        self.end = _tracemalloc.get_traced_memory

    def totals(self, ended):
        """The figures of the region; `ended` is what `end` gave."""
        # Read first: the copies of the traces are no part of the process's peak.
        status = os.pread(self._status, 8192, 0) if self._status is not None else b""
        traces = _tracemalloc._get_traces()
        own = _tracemalloc.get_tracemalloc_memory()
        if not _tracemalloc.is_tracing():
            sys.exit("HEAPLAB_PROBE=tracemalloc, but the script has stopped tracemalloc inside its region: stop it after region.keep")
        if not self._traces_itself:
            _tracemalloc.stop()
        live, newer = _split(traces, sys._getframe(1))
        figures = {
            "peak_bytes": ended[1],
            "end_bytes": ended[0],
            "end_blocks": len(traces) - _count_newer(newer, sum(trace[1] for trace in traces) - ended[0]),
            "own_bytes": own,
            "traces_itself": self._traces_itself,
            "lines": [
                {"location": f"{os.path.normpath(file)}:{line}", "bytes": size, "blocks": blocks}
                for (file, line), (size, blocks) in sorted(live.items(), key=lambda item: -item[1][0])[:MOST_LINES]
            ],
        }
        _, found, rest = status.partition(b"VmHWM:")
        if found:
            figures["process_peak_rss_bytes"] = int(rest.split()[0]) * 1024
        return figures


def _split(traces, closing):
    """Bytes and blocks by line; and the sizes of those that belong to the lines that close the region."""
    code = closing.f_code
    closing_lines = range(code.co_firstlineno, closing.f_lineno + 1)
    live, newer = {}, []
    for trace in traces:
        size, (file, line) = trace[1], trace[2][0]
        if file == __file__ or (file == code.co_filename and line in closing_lines):
            newer.append(size)
        else:
            known = live.get((file, line), (0, 0))
            live[file, line] = (known[0] + size, known[1] + 1)
    return live, newer


def _count_newer(sizes, new_bytes):
    """How many of these blocks were allocated after the region closed: those that add up to the bytes that were traced since.

    The others were allocated in the region and waited in one of CPython's free lists. tracemalloc then names the line that took them
    from there.
    """
    for count in range(len(sizes) + 1):
        if any(sum(chosen) == new_bytes for chosen in itertools.combinations(sizes, count)):
            return count
    return len(sizes)


def _open_status():
    """The kernel's figures of this process, opened before the region; None where the system does not tell them."""
    try:
        return os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return None
