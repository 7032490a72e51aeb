"""Writes pickles of each protocol and, as NAME.lines, what pickletools reads in them.

A line is the place of an instruction and its opcode.
    python make.py        # Python 3.11
"""
import collections, datetime, decimal, fractions, pickle, pickletools


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __reduce__(self):
        return (fractions.Fraction, (self.x, self.y))


def value():
    shared = ["shared", 1.5]
    loop = []
    loop.append(loop)
    return {
        "numbers": [0, 1, 255, 256, 65535, 65536, -1, 2**31, -2**63, 2**70, 0.1, -0.0, float("inf")],
        "texts": ["", "a", "\u00e4\u20ac\U0001f600", "line\nbreak\\", "x" * 300],
        "bytes": [b"", b"\x00\xff", b"y" * 300, bytearray(b"abc")],
        "plain": (None, True, False, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        "sets": [{1}, frozenset([2])],
        "shared": [shared, shared],
        "loop": loop,
        "ordered": collections.OrderedDict([("k", 1)]),
        "date": datetime.datetime(2026, 11, 26, 1, 2, 3),
        "decimal": decimal.Decimal("1.25"),
        "complex": 1 + 2j,
        "fraction": Point(1, 3),
        "deque": collections.deque([1, 2], 3),
    }


if __name__ == "__main__":
    for protocol in range(6):
        data = pickle.dumps(value(), protocol)
        assert pickle.loads(data)["ordered"] == {"k": 1}
        with open(f"protocol{protocol}.pkl", "wb") as file:
            file.write(data)
        with open(f"protocol{protocol}.lines", "w") as file:
            for opcode, _, place in pickletools.genops(data):
                file.write(f"{place} {opcode.name}\n")
