"""Objects of one class. With TRACE set it prints what tracemalloc knows about each line of this file."""
import os

if os.environ.get("TRACE"):
    import tracemalloc

    tracemalloc.start()


class User:
    def __init__(self, number):
        self.number = number + 1000
        self.name = "user%d" % number


def build(count):
    return [User(number) for number in range(count)]


users = build(100_000)

if os.environ.get("TRACE"):
    for line in tracemalloc.take_snapshot().statistics("lineno"):
        print(line.size, line.count, "%s:%d" % (line.traceback[0].filename, line.traceback[0].lineno))
os._exit(0)
