"""Who refers to an object, asked of the garbage collector: the chain that objgraph's show_backrefs would draw, as the attachment
that the report draws.

gc.get_referrers looks through every tracked object, so each step costs a walk over the whole heap. It knows no names: which
attribute or index a reference is, is looked up afterwards.
"""

import gc
import sys
import types

EGG = "程序员晚枫出品"


def find_chain(target, root):
    """The shortest chain from root to target, both included, by breadth first search backwards; None where there is none."""
    onward = {id(target): None}
    keep = [target]  # ids stay valid as long as their objects live
    turn = [target]
    while turn:
        following = []
        for found in turn:
            if found is root:
                chain = [found]
                while onward[id(chain[-1])] is not None:
                    chain.append(onward[id(chain[-1])])
                return chain
            for referrer in gc.get_referrers(found):
                is_ours = referrer is turn or referrer is following or referrer is keep or referrer is onward
                if is_ours or isinstance(referrer, types.FrameType) or id(referrer) in onward:
                    continue
                onward[id(referrer)] = found
                keep.append(referrer)
                following.append(referrer)
        turn = following
    return None


def label(owner, value):
    """By which attribute, key or index owner refers to value."""
    if isinstance(owner, (list, tuple)):
        return next((f"[{index}]" for index, item in enumerate(owner) if item is value), "")
    attributes = owner if isinstance(owner, dict) else getattr(owner, "__dict__", {})
    name = next((name for name, item in attributes.items() if item is value), "")
    return f"[{name!r}]" if isinstance(owner, dict) and name else name


def graph(chain):
    """The chain as an attachment."""
    last = len(chain) - 1
    nodes = []
    for index in range(len(chain)):
        node = {
            "id": index,
            "type_name": type(chain[index]).__name__,
            "label": "service" if index == 0 else "",
            "shallow_bytes": sys.getsizeof(chain[index]),
            "root": index == 0,
            "target": index == last,
        }
        nodes.append(node)
    edges = [
        {"from": index, "to": index + 1, "label": label(chain[index], chain[index + 1]), "strength": "strong"}
        for index in range(last)
    ]
    way = "service" + "".join(f" → {edge['label']}: {nodes[edge['to']]['type_name']}" for edge in edges)
    return {
        "kind": "graph",
        "name": "leak-python",
        "title": {
            "en": "The same in CPython: who keeps `big` alive",
            "zh": "换成 CPython：谁让 `big` 一直活着",
        },
        "sentences": [
            {
                "en": f"str is alive because of {way}. That is the shortest chain; gc.get_referrers says nothing of sizes.",
                "zh": f"str 之所以还活着，是因为：{way}。这是最短的一条链；gc.get_referrers 不会告诉你占了多少内存。",
            }
        ],
        "nodes": nodes,
        "edges": edges,
        "legend": [{"en": EGG, "zh": EGG}],
    }
