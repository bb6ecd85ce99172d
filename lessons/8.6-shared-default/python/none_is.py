"""The fix that asks the right question: was there a list, not: is there anything in it.

Run it by hand: HEAPLAB_ROWS=1000 python3 lessons/8.6-shared-default/python/none_is.py
"""

import calls


def add(item, bag=None):
    if bag is None:
        bag = []
    bag.append(item)
    return bag


calls.run(add)
