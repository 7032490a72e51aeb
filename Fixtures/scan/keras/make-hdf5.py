"""Writes the hostile HDF5 files of this folder with h5py 3.14."""
import h5py, numpy as np

with h5py.File("cycle.h5", "w") as f:
    f.create_group("a")["b"] = h5py.SoftLink("/a")
    f["x"], f["y"] = h5py.SoftLink("/y"), h5py.SoftLink("/x")
with h5py.File("hard-cycle.h5", "w") as f:
    f.create_group("a")
    f["a/b"] = f["/a"]
with h5py.File("plugin.h5", "w") as f:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4,))
    plist.set_filter(32001, h5py.h5z.FLAG_OPTIONAL, (1, 2))
    space = h5py.h5s.create_simple((4,))
    h5py.h5d.create(f.id, b"d", h5py.h5t.NATIVE_FLOAT, space, plist)
    f["d"][:] = np.zeros(4, "f4")
with h5py.File("userblock-script.h5", "w", userblock_size=512) as f:
    f.create_dataset("d", data=np.zeros(2, "f4"))
with open("userblock-script.h5", "r+b") as f:
    f.write(b"#!/bin/sh\nid\n")
with h5py.File("attribute.h5", "w") as f:
    f.create_group("g").attrs["architecture"] = '{"class_name": "Lambda", "config": {}}'

# Data sets that were deleted leave their bytes behind; texts of any length stand in heaps.
import pickle

class Call:
    def __reduce__(self):
        return __import__("os").system, ("id",)

def with_deleted(name, data):
    with h5py.File(name, "w") as f:
        f.create_dataset("old", data=data)
        f.create_dataset("kept", data=np.arange(8, dtype="f4"))
        f.flush()
        del f["old"]

with_deleted("deleted.h5", np.random.default_rng(1).random(64))
with_deleted("deleted-pickle.h5", np.frombuffer(pickle.dumps(Call(), 4), "u1"))
with_deleted("deleted-old-pickle.h5", np.frombuffer(pickle.dumps(Call(), 0), "u1"))
with h5py.File("program.h5", "w") as f:
    f.create_dataset("d", data=np.frombuffer(b"\x7fELF\x02\x01\x01" + bytes(57), "u1"))
with h5py.File("program-packed.h5", "w") as f:
    f.create_dataset(
        "d", data=np.frombuffer(b"\x7fELF\x02\x01\x01" + bytes(57), "u1"), compression="gzip")
with h5py.File("sources.h5", "w") as f:
    f["files"] = ["first line\n#!/bin/sh\necho a\n", "import os\n"]
    f.create_dataset("fixed", data=np.bytes_("a text\n#!/usr/bin/env python\n"))
