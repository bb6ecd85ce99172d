"""Every way in which Python code comes to allocate, each with blocks that are kept.

With TRACE set it prints what tracemalloc knows about them: bytes, blocks, and the stack, innermost last.
"""
import functools
import os
import sys
import threading

# A dictionary, because a list that grows is one block for a recorder and many for tracemalloc.
keep = {}


def recurse(depth):
    if depth == 0:
        keep[len(keep)] = bytearray(1001)
        return
    recurse(depth - 1)


def generate():
    for _ in range(10):
        yield bytearray(1002)


def comprehend():
    keep[len(keep)] = [bytearray(1003) for _ in range(10)]


def map_lambda():
    keep[len(keep)] = list(map(lambda _: bytearray(1004), range(10)))


def sort_key(number):
    keep[len(keep)] = bytearray(1005)
    return number


def take_two(first, second):
    keep[len(keep)] = bytearray(1006)


def make_class():
    class Made:
        inside = [bytearray(1007) for _ in range(5)]

        def __init__(self):
            self.block = bytearray(1008)

    return Made


def decorate(function):
    @functools.wraps(function)
    def inner(*arguments):
        keep[len(keep)] = bytearray(1009)
        return function(*arguments)

    return inner


@decorate
def decorated():
    keep[len(keep)] = bytearray(1010)


def fail(depth):
    try:
        if depth == 0:
            raise ValueError
        fail(depth - 1)
    except ValueError:
        keep[len(keep)] = bytearray(1011)
        raise


def make_code():
    # Code objects that come and go at the same addresses, with other lines and files each time.
    for number in range(200):
        kind = number % 7
        source = "\n" * kind + "keep[len(keep)] = bytearray(1012)"
        exec(compile(source, "<made %d>" % kind, "exec"), {"keep": keep})


def work_in_thread():
    for _ in range(10):
        keep[len(keep)] = bytearray(1013)


def make_closure():
    block = bytearray(1014)
    return lambda: block


async def await_nothing():
    keep[len(keep)] = bytearray(1015)


def run_coroutine():
    coroutine = await_nothing()
    try:
        coroutine.send(None)
    except StopIteration:
        pass


def größe_名字():
    keep[len(keep)] = bytearray(1016)


def main():
    keep[len(keep)] = list(generate())
    comprehend()
    map_lambda()
    sorted(range(10), key=sort_key)
    made = make_class()
    partial = functools.partial(take_two, 1)
    for _ in range(10):
        partial(2)
        keep[len(keep)] = made()
        decorated()
        keep[len(keep)] = make_closure()
        run_coroutine()
        größe_名字()
    try:
        fail(9)
    except ValueError:
        pass
    make_code()
    threads = [threading.Thread(target=work_in_thread) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recurse(40)


# The first time fills the interpreter's own caches, so that the second is the same in every run.
main()

if os.environ.get("TRACE"):
    import tracemalloc

    tracemalloc.start(120)

main()  # measured

if os.environ.get("TRACE"):
    for trace in tracemalloc.take_snapshot().statistics("traceback"):
        places = ["%s:%d" % (frame.filename, frame.lineno) for frame in trace.traceback]
        print(trace.size, trace.count, "|".join(places))
    os._exit(0)

sys.setrecursionlimit(3000)
recurse(900)
os._exit(0)
