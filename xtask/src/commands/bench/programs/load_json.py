"""Reads a list of objects twice; the first is freed while the second is read."""

import json
import sys

for _ in range(2):
    with open(sys.argv[1]) as file:
        rows = json.load(file)
print(len(rows), rows[-1]["name"])
