"""Writes torch_tar_2.pt in the layout of torch 0.1, which no torch since writes and all still read.

The layout is that of `_legacy_load.legacy_load` in torch.serialization (read with torch 2.x).
    python make-torch-tar.py        # needs torch, to prove that it is read back
"""
import io, pickle, struct, tarfile
from collections import OrderedDict

import torch


class Ref:
    """A persistent reference by its key."""
    def __init__(self, key):
        self.key = key


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return str(value.key) if isinstance(value, Ref) else None


def storage(key, kind, count, data):
    # (key, location, class): the class is written by hand, since today's pickles as another.
    head = b"\x80\x02" + pickle.dumps(key, 2)[2:-1] + b"X\x03\x00\x00\x00cpu" + b"ctorch\n" + kind
    return head + b"\n\x87." + struct.pack("<q", count) + data


def tensor(key, root, kind, sizes, strides, offset):
    head = b"\x80\x02" + pickle.dumps(key, 2)[2:-1] + pickle.dumps(root, 2)[2:-1]
    head += b"ctorch\n" + kind + b"\n\x87."
    n = len(sizes)
    return head + struct.pack(f"<i4x{n}q{n}qq", n, *sizes, *strides, offset)


def members():
    weights = struct.pack("<6f", 1, 2, 3, 4, 5, 6)
    steps = struct.pack("<1q", 7)
    yield "sys_info", pickle.dumps(
        {"protocol_version": 1000, "little_endian": True,
         "type_sizes": {"short": 2, "int": 4, "long": 8}}, 2)
    file = io.BytesIO()
    Pickler(file, 2).dump(OrderedDict([
        ("linear.weight", Ref(94023)), ("linear.bias", Ref(94031)), ("steps", Ref(94047))]))
    yield "pickle", file.getvalue()
    yield "tensors", pickle.dumps(3, 2) \
        + tensor(94023, 50001, b"FloatTensor", (2, 2), (2, 1), 0) \
        + tensor(94031, 50001, b"FloatTensor", (2,), (1,), 4) \
        + tensor(94047, 50002, b"LongTensor", (1,), (1,), 0)
    yield "storages", pickle.dumps(2, 2) + storage(50001, b"FloatStorage", 6, weights) \
        + storage(50002, b"LongStorage", 1, steps) + pickle.dumps([], 2)


if __name__ == "__main__":
    with tarfile.open("torch_tar_2.pt", "w:", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    value = torch.load("torch_tar_2.pt", weights_only=False)
    assert value["linear.weight"].tolist() == [[1, 2], [3, 4]]
    assert value["linear.bias"].tolist() == [5, 6] and value["steps"].tolist() == [7]
