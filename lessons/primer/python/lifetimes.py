"""Lifetimes: whoever refers to an object keeps it. Rust's twin: examples/lifetimes.rs."""

import struct
import sys


def first_word(text):
    return text.split(" ")[0]


def longer(one, other):
    return other if len(other) > len(one) else one


text = "hello world"
word = first_word(text)
print("the first word:", word)
print("the longer one:", longer(word, "Rust"))

# A part of a str is a str of its own: a copy.
print("bytes on the heap for the word:", sys.getsizeof(word))
print("bytes of the reference to it:", struct.calcsize("P"))

print("letters of the word:", len(word))
del text

text = "hello again"
kept = first_word(text)
del text
print("a copy after its text is gone:", kept)

# A memoryview is no copy. It keeps its owner: the text stays as long as the part is used.
text = bytearray(b"hello world")
part = memoryview(text)[:5]
owner = part.obj
del text
print("a part after its text has no name:", part.tobytes().decode())
