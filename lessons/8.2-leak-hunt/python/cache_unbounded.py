"""Replies by address, in a dict that only takes: every address is new.

Run it by hand: HEAPLAB_ROWS=20000 python3 lessons/8.2-leak-hunt/python/cache_unbounded.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab

from service import serve


class Replies:
    def __init__(self):
        self.by_address = {}

    def handle(self, request, reply):
        if request.address not in self.by_address:
            self.by_address[request.address] = reply


with heaplab.region() as region:
    part = Replies()
    sessions, checksum = serve(heaplab.rows(), part)
    region.keep((sessions, part), checksum)
    # Imported here, after the region: what memray's report takes is not the variant's.
    import memray_report

    for attachment in memray_report.attachments():
        region.attach(attachment)
