"""Objects with a dictionary each, as in the lecture's list of users."""

import sys


class User:
    def __init__(self, name, score):
        self.name = name
        self.score = score


rows = [User(name=f"user{index}", score=index) for index in range(int(sys.argv[1]))]
print(len(rows), sum(row.score for row in rows))
