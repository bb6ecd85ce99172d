"""One line at a time and a dict. Which of its keys are addresses is asked once a key, not once a line.

Run it by hand: HEAPLAB_PREPARED=access.log python3 lessons/8.7-log-aggregator/python/lines.py
"""

import ipaddress
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import result


def address(field):
    """The address as text, None if it is none: 999.1.1.1, 01.2.3.4, fe80::1%eth0."""
    try:
        found = ipaddress.ip_address(field.decode("ascii"))
    except ValueError:
        return None
    return None if b"%" in field else result.write_address(found)


log = heaplab.prepared()
os.environ.setdefault("HEAPLAB_ROWS", str(os.path.getsize(log)))
with heaplab.region() as region:
    fields = {}
    with open(log, "rb") as file:
        for line in file:
            field = result.first_field(line)
            fields[field] = fields.get(field, 0) + 1
    by_address, malformed = {}, 0
    while fields:
        field, count = fields.popitem()
        key = address(field)
        if key is None:
            malformed += count
        else:
            by_address[key] = by_address.get(key, 0) + count
    region.keep(by_address, result.checksum(by_address, malformed))
