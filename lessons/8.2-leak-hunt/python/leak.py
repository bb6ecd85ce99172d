"""The leak of cache_unbounded.py as a program of its own, for the lecture's memray. Not a variant.

    memray run -o leak.bin lessons/8.2-leak-hunt/python/leak.py
    memray flamegraph -o leak.html leak.bin
"""

import os
import sys

from service import serve


class Replies:
    def __init__(self):
        self.by_address = {}

    def handle(self, request, reply):
        if request.address not in self.by_address:
            self.by_address[request.address] = reply


requests = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("HEAPLAB_ROWS", 200_000)
serve(int(requests), Replies())
