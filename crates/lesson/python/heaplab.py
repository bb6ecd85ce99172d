"""Measures the Python variants, as crates/lesson measures those in Rust: the same wall time, the same figures of the kernel and of
the recorder, and the same record.

    with heaplab.region() as region:
        ...the work...
        region.keep(data, checksum)

What the report is to draw is handed over after that, with region.attach({...}): it is not measured.

Scale: HEAPLAB_ROWS. What the lesson has prepared: HEAPLAB_PREPARED. With HEAPLAB_OUT the record goes to that folder; without it a small table is printed.
HEAPLAB_PROBE=heap asks for the figures of the recorder, whose library LD_PRELOAD has loaded into the interpreter;
HEAPLAB_PROBE=tracemalloc for those of CPython's own tracemalloc.
"""

import gc
import os
import sys
import time
import zlib


def rows(default=1_000_000):
    """How much work there is to do."""
    return int(os.environ.get("HEAPLAB_ROWS", default))


def prepared():
    """What the lesson has prepared for this run, such as the path of the file that every variant reads."""
    what = os.environ.get("HEAPLAB_PREPARED")
    if what is None:
        sys.exit("HEAPLAB_PREPARED is not set: `cargo xtask lesson` sets it; by hand, give what the script is to read")
    return what


def checksum(users):
    """zlib's CRC-32, chained over "{name}\\t{score}\\n" of every user in order, as the Rust variants take it."""
    crc = 0
    for user in users:
        crc = zlib.crc32(f"{user.name}\t{user.score}\n".encode(), crc)
    return crc


def _status():
    """VmHWM, VmRSS, RssAnon, RssFile and RssShmem in bytes; empty where the system does not tell."""
    try:
        with open("/proc/self/status") as status:
            pairs = (line.split(":", 1) for line in status if line.startswith(("Vm", "Rss")))
            return {name: int(value.split()[0]) * 1024 for name, value in pairs}
    except OSError:
        return {}


def private_peak_bytes():
    """The peak of this process's own memory, without pages of files and memory shared with others; 0 where the system does not
    tell. A process that a variant starts has this counted to the variant's peak: region.keep."""
    status = _status()
    return max(0, status["VmHWM"] - status["RssFile"] - status["RssShmem"]) if status else 0


class Recorder:
    """The recorder's library: it opens and closes its region, and says what it has counted in it."""

    name = "heap"
    FIGURES = ("total_blocks", "total_bytes", "reallocations", "reallocated_bytes", "grown_bytes", "shrunk_bytes",
               "peak_blocks", "peak_bytes", "end_blocks", "end_bytes", "single_threaded")

    def __init__(self):
        import ctypes

        library = ctypes.CDLL(None)
        try:
            self.begin, self.end = library.heaplab_region_begin, library.heaplab_region_end
            self._totals = library.heaplab_region_totals
        except AttributeError:
            sys.exit("HEAPLAB_PROBE=heap, but the recorder is not in this process: LD_PRELOAD must name its library")
        self._numbers = (ctypes.c_uint64 * len(self.FIGURES))()

    def totals(self, _ended):
        """The figures of the region, by the names that the record has."""
        if self._totals(self._numbers) != 0:
            sys.exit("HEAPLAB_PROBE=heap, but the recorder has counted nothing")
        figures = dict(zip(self.FIGURES, self._numbers))
        figures["single_threaded"] = bool(figures["single_threaded"])
        return figures


def _counter():
    """What counts the blocks of this process, besides the clock and the kernel; None under the plain probe."""
    probe = os.environ.get("HEAPLAB_PROBE")
    if probe == "heap":
        return Recorder()
    if probe == "tracemalloc":
        from heaplab_tracemalloc import Tracemalloc

        return Tracemalloc()
    file = os.environ.get("HEAPLAB_MEMRAY")
    if file is not None:
        from heaplab_memray import Memray

        return Memray(file)
    return None


class region:
    """The measured region. What is kept stays alive to its end."""

    def __enter__(self):
        self.kept = None
        self.attachments = []
        self.children_peak_bytes = None
        self.wall_ns = None
        self.end = {}
        self.counted = None
        self.counter = _counter()
        # What was imported before must not decide when the collector runs in the region.
        gc.collect()
        self.start = _status()
        self.started = time.perf_counter_ns()
        if self.counter is not None:
            # Last, so that nothing of this function is counted.
            self.counter.begin()
        return self

    def keep(self, data, checksum, children_peak_bytes=None):
        """Closes the measurement with the data alive; whatever follows is not the variant's. The peaks of processes that it
        has started are no part of its own until it says how much they are."""
        self._close()
        self.children_peak_bytes = children_peak_bytes
        self.kept = (data, checksum)

    def attach(self, attachment):
        """Hands over one thing for the report to draw: a dict of the form that the Rust side writes, such as

            region.keep(data, checksum)
            region.attach({"kind": "figure", "name": "refs", "title": {"en": "references", "zh": "引用数"},
                           "value": {"unit": "count", "value": 2}})

        After keep, so that neither the dict nor what it takes to find its figures is measured. Only the plain probe's run hands
        it over, because the others would hand over the same. The kinds and their keys stand in crates/record/src/attachment.rs.
        """
        if self.counter is None:
            self.attachments.append(attachment)

    def _close(self):
        if self.wall_ns is None:
            ended = self.counter.end() if self.counter is not None else None
            self.wall_ns = time.perf_counter_ns() - self.started
            if self.counter is not None:
                self.counted = self.counter.totals(ended)
            self.end = _status()
            out = os.environ.get("HEAPLAB_OUT")
            if out is not None:
                # What the process takes from here on is not the variant's: the runner stops looking.
                open(os.path.join(out, "region.closed"), "w").close()

    def __exit__(self, kind, error, traceback):
        self._close()
        if error is not None:
            return False
        _, crc = self.kept
        _write(f"{crc:08x}", self._figures(), self.attachments)
        sys.stdout.flush()
        if os.environ.get("HEAPLAB_OUT") is not None:
            # Leave without freeing: how long that takes is not what was asked. A script that is run by hand ends as any other,
            # so that a tool that watches it, such as memray, can write what it has seen.
            os._exit(0)
        return None

    def _figures(self):
        """What the probe has measured, as the record has it."""
        if self.counted is not None:
            figures = {"probe": self.counter.name, "wall_ns": self.wall_ns, **self.counted}
            if self.end:
                figures.setdefault("process_peak_rss_bytes", self.end["VmHWM"])
            return figures
        figures = {"probe": "plain", "wall_ns": self.wall_ns}
        if self.end:
            figures["peak_rss_bytes"] = self.end["VmHWM"]
            figures["start_rss_bytes"] = self.start["VmRSS"]
            figures["start_rss_file_bytes"] = self.start["RssFile"] + self.start["RssShmem"]
            figures["end_rss_anon_bytes"] = self.end["RssAnon"]
            figures["end_rss_file_bytes"] = self.end["RssFile"] + self.end["RssShmem"]
            figures["end_rss_shmem_bytes"] = self.end["RssShmem"]
            if self.children_peak_bytes is not None:
                figures["peak_rss_bytes"] += self.children_peak_bytes
                figures["children_peak_rss_bytes"] = self.children_peak_bytes
        return figures


def _write(crc, figures, attachments):
    # Imported here, after the region: what the record costs is not the variant's.
    import json

    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    out = os.environ.get("HEAPLAB_OUT")
    if out is None:
        for key, value in [("variant", name), ("scale", rows()), ("checksum", crc), *figures.items()]:
            print(f"{key:<20} {value}")
        for attachment in attachments:
            what = attachment.get("name") or attachment.get("title", {}).get("en", "")
            print(f"{'attached':<20} {attachment['kind']} {what}")
        return
    record = {
        "schema": "heaplab/record/v1",
        "variant": name,
        "language": "python",
        "scale": rows(),
        "checksum": crc,
        "runtime": f"{sys.implementation.name} {sys.version.split()[0]}",
        "measurement": figures,
    }
    if attachments:
        record["attachments"] = attachments
    beside, path = os.path.join(out, "record.json.part"), os.path.join(out, "record.json")
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False)
    os.replace(beside, path)
