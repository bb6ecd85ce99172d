"""A bytes object of each size; every 32nd survives.

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.1.3-small-objects/python/objects.py
"""

import churn

churn.run(lambda place, count: place % 32 == 0, churn.alignment())
