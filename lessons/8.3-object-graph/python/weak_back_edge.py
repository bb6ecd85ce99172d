"""The bus holds a weakref.ref a session: it keeps none alive. A reference whose session is gone is still an object.

Run it by hand: HEAPLAB_ROWS=1000 python3 lessons/8.3-object-graph/python/weak_back_edge.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
import weakref

from service import Service, nobody_tells

with heaplab.region() as region:
    service = Service()
    sessions = service.serve(heaplab.rows(), weakref.ref, nobody_tells)
    region.keep(service, heaplab.checksum(sessions))
