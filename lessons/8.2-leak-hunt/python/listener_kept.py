"""A callback a connection, for when the service closes. Nobody takes one away.

Run it by hand: HEAPLAB_ROWS=20000 python3 lessons/8.2-leak-hunt/python/listener_kept.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab

from service import serve


class Notices:
    def __init__(self):
        self.listeners = []

    def handle(self, request, reply):
        address = request.address
        self.listeners.append(lambda: f"{address}: we are closing")


with heaplab.region() as region:
    part = Notices()
    sessions, checksum = serve(heaplab.rows(), part)
    region.keep((sessions, part), checksum)
