"""The lecture's homework: a part of the file for each process, and one table in shared memory, multiprocessing.Array.

Each process counts into a small dict of its own, because asking for a lock at every line would take longer than counting. When the
dict is full, its counts go into the table.

Run it by hand: HEAPLAB_PREPARED=access.log python3 lessons/8.7-log-aggregator/python/processes.py
"""

import heapq
import multiprocessing
import os
import sys
from multiprocessing.connection import wait

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import result
from shared_table import SharedTable, TableFull

MOST_FIELDS = 1 << 15
LEAST_SLOTS, BYTES_PER_SLOT = 1 << 16, 500
FULL = 4  # a worker's exit status
# A forked process has what its parent has: nothing is copied or sent.
forked = multiprocessing.get_context("fork")


def lines_of_part(file, start, end):
    """The lines that begin in this part of the file."""
    at = max(0, start - 1)
    file.seek(at)
    if start > 0:
        at += len(file.readline())
    for line in file:
        if at >= end:
            return
        at += len(line)
        yield line


def work(log, start, end, table, sums):
    """What a process does with its part."""
    fields, malformed = {}, 0
    try:
        with open(log, "rb") as file:
            for line in lines_of_part(file, start, end):
                field = result.first_field(line)
                fields[field] = fields.get(field, 0) + 1
                if len(fields) == MOST_FIELDS:
                    malformed += table.add(fields)
                    fields.clear()
        malformed += table.add(fields)
    except TableFull:
        sys.exit(FULL)
    with sums.get_lock():
        sums[0] += malformed
        sums[1] += heaplab.private_peak_bytes()


def run(workers):
    """Starts them and waits for them. The exit status of the first one that failed, which ends the others, or 0."""
    for worker in workers:
        worker.start()
    running = {worker.sentinel: worker for worker in workers}
    while running:
        for sentinel in wait(running):
            worker = running.pop(sentinel)
            worker.join()
            if worker.exitcode != 0:
                for other in running.values():
                    other.kill()
                return worker.exitcode
    return 0


def count(log, slots):
    """The table, the lines without an address, and the sum of the workers' own peaks."""
    size, processes = os.path.getsize(log), os.cpu_count()
    bounds = [size * index // processes for index in range(processes + 1)]
    table, sums = SharedTable(forked, slots), forked.Array("Q", 2)
    status = run([forked.Process(target=work, args=(log, start, end, table, sums), daemon=True)
                  for start, end in zip(bounds, bounds[1:])])
    if status == FULL:
        return count(log, 4 * slots)
    if status != 0:
        sys.exit(f"error: a worker of processes.py ended with status {status}; nothing was counted")
    return table, sums[0], sums[1]


log = heaplab.prepared()
os.environ.setdefault("HEAPLAB_ROWS", str(os.path.getsize(log)))
with heaplab.region() as region:
    table, malformed, children_peak_bytes = count(log, max(LEAST_SLOTS, os.path.getsize(log) // BYTES_PER_SLOT))
    least = max(1, heapq.nlargest(10, table.counts.get_obj())[-1])
    top = ((result.write_address(found), lines) for found, lines in table.items(least))
    crc = result.checksum_of(sum(table.counts.get_obj()), table.used.value, malformed, top)
    region.keep(table, crc, children_peak_bytes)
