"""What the scripts of lesson 8.7 must agree on with Rust: PV, UV, the lines without an address, and the ten addresses with the
most lines, by count down, then by the address as it is written, up."""

import heapq
import zlib


def checksum(by_address, malformed):
    """zlib's CRC-32 over name, tab, number and line feed of each, as the Rust variants take it. Addresses are texts or their
    bytes. A million of them are not sorted, which would take a list of a million pairs."""
    top = heapq.nsmallest(10, by_address.items(), key=lambda item: (-item[1], item[0]))
    top = [(key if isinstance(key, str) else key.decode("ascii"), count) for key, count in top]
    sums = [("pv", sum(by_address.values())), ("uv", len(by_address)), ("malformed", malformed)]
    crc = 0
    for name, number in sums + top:
        crc = zlib.crc32(f"{name}\t{number}\n".encode(), crc)
    return crc
