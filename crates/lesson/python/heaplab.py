"""The gauge of the Python variants: the same wall time, the same kernel figures and the same record as in Rust.

    with heaplab.region() as region:
        ...the work...
        region.keep(data, checksum)

Scale: HEAPLAB_ROWS. With HEAPLAB_OUT the record goes to that folder; without it a small table is printed.
"""

import os
import sys
import time
import zlib


def rows(default=1_000_000):
    """How much work there is to do."""
    return int(os.environ.get("HEAPLAB_ROWS", default))


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


class region:
    """The measured region. What is kept stays alive to its end."""

    def __enter__(self):
        self.kept = None
        self.attachments = []
        self.start = _status()
        self.started = time.perf_counter_ns()
        return self

    def keep(self, data, checksum):
        self.kept = (data, checksum)

    def attach(self, attachment):
        self.attachments.append(attachment)

    def __exit__(self, kind, error, traceback):
        wall_ns = time.perf_counter_ns() - self.started
        if error is not None:
            return False
        end = _status()
        _, crc = self.kept
        figures = {"probe": "plain", "wall_ns": wall_ns}
        if end:
            figures["peak_rss_bytes"] = end["VmHWM"]
            figures["start_rss_bytes"] = self.start["VmRSS"]
            figures["end_rss_anon_bytes"] = end["RssAnon"]
            figures["end_rss_file_bytes"] = end["RssFile"] + end["RssShmem"]
        _write(f"{crc:08x}", figures, self.attachments)
        # Leave without freeing: how long that takes is not what was asked.
        sys.stdout.flush()
        os._exit(0)


def _write(crc, figures, attachments=()):
    # Imported here, after the region: what the record costs is not the variant's.
    import json

    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    out = os.environ.get("HEAPLAB_OUT")
    if out is None:
        for key, value in [("variant", name), ("scale", rows()), ("checksum", crc), *figures.items()]:
            print(f"{key:<20} {value}")
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
        record["attachments"] = list(attachments)
    beside, path = os.path.join(out, "record.json.part"), os.path.join(out, "record.json")
    with open(beside, "w") as file:
        json.dump(record, file)
    os.replace(beside, path)
