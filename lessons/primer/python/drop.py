"""Drop: what runs when an object goes, and in which order. Rust's twin: examples/drop.rs."""


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("", self.name, end="")


class Pair:
    def __init__(self, left, right):
        self.left = left
        self.right = right


def two_names():
    first = Noisy("first")
    second = Noisy("second")


def take(gift):
    pass


print("two names at the end of a function:", end="")
two_names()
print()

print("a name that gets another value:", end="")
name = Noisy("old")
print("", name.name, end="")
name = Noisy("new")
print(" next", end="")
del name
print()

print("the items of a list:", end="")
items = [Noisy("first"), Noisy("second"), Noisy("third")]
del items
print()

print("the fields of an object:", end="")
pair = Pair(Noisy("left"), Noisy("right"))
del pair
print()

print("a value given to a function:", end="")
gift = Noisy("gift")
take(gift)
print(" back", end="")
del gift
print()
