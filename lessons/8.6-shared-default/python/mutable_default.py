"""The trap: the default is made once, when `def` runs, and every call without a bag gets the same list.

Run it by hand: HEAPLAB_ROWS=1000 python3 lessons/8.6-shared-default/python/mutable_default.py
"""

import calls


def add(item, bag=[]):
    bag.append(item)
    return bag


calls.run(add)
