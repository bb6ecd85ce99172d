"""The bus keeps every session, because nobody tells it that one has ended.

Run it by hand: HEAPLAB_ROWS=1000 python3 lessons/8.3-object-graph/python/leaky_registry.py
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../crates/lesson/python"))
import heaplab
from backrefs import find_chain, graph
from service import Service, nobody_tells

with heaplab.region() as region:
    service = Service()
    sessions = service.serve(heaplab.rows(), lambda session: session, nobody_tells)
    region.keep(service, heaplab.checksum(sessions))
    chain = find_chain(service.bus.listeners[0].big, service)
    # Imported here, after the region: what objgraph takes is not the variant's.
    import objgraph_report

    # Before graph(), which looks at __dict__: that makes a dict of its own for each object, and the collector does not watch
    # one that holds only texts.
    ours = [id(chain), id(region.kept)]
    for attachment in objgraph_report.attachments(service.bus.listeners[0].big, ours):
        region.attach(attachment)
    if chain is not None:
        region.attach(graph(chain))
