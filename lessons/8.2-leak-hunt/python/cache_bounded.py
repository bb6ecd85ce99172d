"""Replies by address, of the last 400: the oldest leaves when a new one comes.

Run it by hand: HEAPLAB_ROWS=20000 python3 lessons/8.2-leak-hunt/python/cache_bounded.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab

from collections import OrderedDict

from service import serve


class Replies:
    MOST = 400

    def __init__(self):
        self.by_address = OrderedDict()

    def handle(self, request, reply):
        if request.address in self.by_address:
            return
        if len(self.by_address) == self.MOST:
            self.by_address.popitem(last=False)
        self.by_address[request.address] = reply


with heaplab.region() as region:
    part = Replies()
    sessions, checksum = serve(heaplab.rows(), part)
    region.keep((sessions, part), checksum)
