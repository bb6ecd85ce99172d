"""The lecture's fix. An empty list counts as false, so `or` throws the caller's own empty list away too.

Run it by hand: HEAPLAB_ROWS=1000 python3 lessons/8.6-shared-default/python/none_or.py
"""

import calls


def add(item, bag=None):
    bag = bag or []
    bag.append(item)
    return bag


calls.run(add)
