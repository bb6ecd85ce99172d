"""RefCell: whoever has a name may change the value. Rust's twin: examples/refcell.rs."""

bag = [1]
other = bag
bag.append(2)
print("items through the other name:", len(other))


def allowed_or_refused(change):
    try:
        change()
        return "allowed"
    except RuntimeError:
        return "refused"


# A list does not know who reads it.
reader = iter(bag)
print("a second reader:", allowed_or_refused(lambda: iter(bag)))
print("a writer while somebody reads:", allowed_or_refused(lambda: bag.append(bag.pop())))
del reader
print("a writer afterwards:", allowed_or_refused(lambda: bag.append(bag.pop())))

# The loop meets what it has added. Without the limit it would not end.
for item in bag:
    if len(bag) < 10:
        other.append(item)
print("items after adding each item in the loop:", len(bag))

ages = {"Li Lei": 13}


def add_while_reading():
    for name in ages:
        ages["Han Meimei"] = 12


# A dictionary compares its size at the next step of the loop, after the key has been added.
print("a new key while going through a map:", allowed_or_refused(add_while_reading))
