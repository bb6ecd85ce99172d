"""A bytes object of each size; as many survive as in objects.py, but the youngest.

Run it by hand: HEAPLAB_ROWS=100000 python3 lessons/8.1.3-small-objects/python/objects_row.py
"""

import churn

churn.run(lambda place, count: place >= count - -(-count // 32))
