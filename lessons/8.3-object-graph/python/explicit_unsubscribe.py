"""A session leaves the bus when it ends.

Run it by hand: HEAPLAB_ROWS=1000 python3 lessons/8.3-object-graph/python/explicit_unsubscribe.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
from service import Service


def leave(listeners, session):
    listeners.remove(session)


with heaplab.region() as region:
    service = Service()
    sessions = service.serve(heaplab.rows(), lambda session: session, leave)
    region.keep(service, heaplab.checksum(sessions))
