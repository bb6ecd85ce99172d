"""Counts by address that several processes add to: a hash table in two of multiprocessing's Arrays. Not a variant: processes.py
uses it.

An Array is memory that a forked process shares with its parent instead of having a copy. It holds numbers, not objects, so a table
of Python's own cannot be in it: an address is found by probing slot after slot.
"""

import ipaddress
import socket
import zlib

KEY_BYTES = 17  # 4 or 6, then the address, filled up with zeros


class TableFull(Exception):
    """More than three quarters of the slots would be taken, and probing would take long."""


class SharedTable:
    def __init__(self, context, slots):
        self.slots = slots
        self.counts = context.Array("Q", slots)
        self.keys = context.Array("B", slots * KEY_BYTES, lock=False)
        self.used = context.Value("Q", 0, lock=False)

    def add(self, fields):
        """Adds the counts of a dict, under the lock. Gives how many lines had no address."""
        malformed = 0
        counts, keys = memoryview(self.counts.get_obj()).cast("B").cast("Q"), memoryview(self.keys).cast("B")
        with self.counts.get_lock():
            if self.used.value + len(fields) > self.slots // 4 * 3:
                raise TableFull
            for field, count in fields.items():
                key = pack_address(field)
                if key is None:
                    malformed += count
                    continue
                slot = zlib.crc32(key) % self.slots
                while counts[slot] and keys[slot * KEY_BYTES:(slot + 1) * KEY_BYTES] != key:
                    slot = (slot + 1) % self.slots
                if not counts[slot]:
                    keys[slot * KEY_BYTES:(slot + 1) * KEY_BYTES] = key
                    self.used.value += 1
                counts[slot] += count
        return malformed

    def items(self, least):
        """Every address with at least so many lines, with its count."""
        keys = memoryview(self.keys).cast("B")
        for slot, count in enumerate(self.counts.get_obj()):
            if count >= least:
                kind, *packed = keys[slot * KEY_BYTES:(slot + 1) * KEY_BYTES]
                yield ipaddress.ip_address(bytes(packed if kind == 6 else packed[:4])), count


def pack_address(field):
    """The bytes by which an address is found, None if it is none."""
    for kind, family in ((4, socket.AF_INET), (6, socket.AF_INET6)):
        try:
            return bytes([kind]) + socket.inet_pton(family, field.decode("ascii")).ljust(16, b"\0")
        except (OSError, ValueError):
            pass
    return None
