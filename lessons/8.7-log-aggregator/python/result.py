"""What the scripts of lesson 8.7 must agree on with Rust: which part of a line is the address, how an address is written, and a
checksum of PV, UV, the lines without an address, and the ten addresses with the most lines, by count down, then by the address as
it is written, up."""

import heapq
import zlib


def first_field(line):
    """Up to a space or the line's end, LF or CRLF."""
    field = line.split(b" ", 1)[0]
    if field.endswith(b"\n"):
        field = field[:-2] if field.endswith(b"\r\n") else field[:-1]
    return field


def write_address(found):
    """An ipaddress as RFC 5952 writes it."""
    mapped = getattr(found, "ipv4_mapped", None)
    return f"::ffff:{mapped}" if mapped else str(found)


def checksum(by_address, malformed):
    """zlib's CRC-32 over name, tab, number and line feed of each, as the Rust variants take it. Addresses are texts or their
    bytes."""
    return checksum_of(sum(by_address.values()), len(by_address), malformed, by_address.items())


def checksum_of(pv, uv, malformed, counts):
    """The same of pairs of an address and its count. A million of them are not sorted, which would take a list of a million
    pairs."""
    top = heapq.nsmallest(10, counts, key=lambda item: (-item[1], item[0]))
    top = [(key if isinstance(key, str) else key.decode("ascii"), count) for key, count in top]
    sums = [("pv", pv), ("uv", uv), ("malformed", malformed)]
    crc = 0
    for name, number in sums + top:
        crc = zlib.crc32(f"{name}\t{number}\n".encode(), crc)
    return crc
