"""A list comprehension in Python. Its curve under tracemalloc stands beside your Rust one: shown, never graded.

Run it by hand: python3 lessons/8.9-homework/src/student/list.py
"""

import os


class User:
    def __init__(self, name, score):
        self.name = name
        self.score = score


def users(numbers):
    return [User(f"user{i}", i) for i in numbers]


if __name__ == "__main__":
    for user in users(range(int(os.environ.get("HEAPLAB_ROWS", 100_000)))):
        pass
