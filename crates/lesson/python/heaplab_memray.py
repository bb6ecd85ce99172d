"""memray as a third opinion: its tracker is at work from the region's opening to its close. Imported by heaplab.py alone, where HEAPLAB_MEMRAY
names the file that memray is to write. By itself it prints what is in such a file, as JSON: python3 heaplab_memray.py FILE
"""

import json
import os
import sys

import memray

# memray knows the current line because CPython tells it of every call and return. For that CPython allocates frame objects, tables of lines
# and, from 3.12 on, what its instrumentation of the code needs.
OWN_FUNCTIONS = ("call_trace", "call_profile_func", "allocate_instrumentation_data", "update_instrumentation_data", "force_instrument",
                 "__pyx_", "__Pyx_")


class Memray:
    """Opens and closes memray's tracker. The figures are read from its file, by another process."""

    def __init__(self, file):
        # It then sees every object, and not only the arenas that CPython asks of the system; and it names the functions of CPython that
        # allocate for memray's own sake.
        tracker = memray.Tracker(file, trace_python_allocators=True, native_traces=True)
        self.begin = tracker.__enter__
        self.end = lambda: tracker.__exit__(None, None, None)

    def totals(self, _ended):
        return None


def read_figures(file):
    """What was live at the peak and at the end, and the part of it that CPython allocated because memray watches its calls."""
    at_peak = list(memray.FileReader(file).get_high_watermark_allocation_records(merge_threads=True))
    at_end = list(memray.FileReader(file).get_leaked_allocation_records(merge_threads=True))
    return {
        "version": memray.__version__,
        "live": _sum(at_peak, at_end),
        "own": _sum([one for one in at_peak if _is_own(one)], [one for one in at_end if _is_own(one)]),
    }


def _sum(at_peak, at_end):
    return {
        "peak_bytes": sum(one.size for one in at_peak),
        "end_bytes": sum(one.size for one in at_end),
        "end_blocks": sum(one.n_allocations for one in at_end),
    }


def _is_own(record):
    """Whether one of the functions is CPython's for a profiler, or memray's own."""
    return any(name.startswith(OWN_FUNCTIONS) for name, _, _ in record.hybrid_stack_trace())


if __name__ == "__main__":
    print(json.dumps(read_figures(sys.argv[1])))
