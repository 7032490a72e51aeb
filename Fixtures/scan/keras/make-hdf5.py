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

# What stands behind the first chunk, and in texts of any length and of one length.
import base64

called, old = pickle.dumps(Call(), 4), pickle.dumps(Call(), 0)
text = h5py.string_dtype()

def with_texts(name, value, **more):
    with h5py.File(name, "w") as f:
        data = f.create_dataset("d", (8,), dtype=text, **more)
        data[0], data[5] = "a name", value

with_texts("texts.h5", "another name")
with_texts("texts-pickle.h5", old)
with_texts("texts-base64.h5", base64.b64encode(called).decode())
with_texts("texts-code.h5", "__import__('os').system('id')", chunks=(2,), compression="gzip")
with h5py.File("texts-fixed.h5", "w") as f:
    f.create_dataset("d", data=np.array([b"a name", called], dtype="S64"))
with h5py.File("attribute-base64.h5", "w") as f:
    f.attrs["note"] = base64.b64encode(called).decode()
blocks = np.zeros((4, 64), "u1")
with h5py.File("chunks.h5", "w") as f:
    f.create_dataset("d", data=blocks, chunks=(1, 64), compression="gzip")
blocks[2, : len(called)] = np.frombuffer(called, "u1")
with h5py.File("chunks-pickle.h5", "w") as f:
    f.create_dataset("d", data=blocks, chunks=(1, 64), compression="gzip")
# Longer than its chunks.
long = b"\x80\x04\x8c\x05posix\x8c\x06system\x93X\xc8\0\0\0" + b"#" * 200 + b"\x85R."
with h5py.File("chunks-span.h5", "w") as f:
    f.create_dataset("d", data=np.frombuffer(long, "u1"), chunks=(64,), compression="gzip")
# Members, opaque bytes, rows of any length, code of several lines; LZF.
def with_parts(name, table=b"a name", tag=b"bytes", row=b"a row", note="a note\nof two lines\n"):
    fields = [("value", "f4", (3,)), ("kind", "i4"), ("state", "S64"), ("row", "u1", (64,))]
    element = np.zeros(3, fields)
    element["state"][1] = table
    with h5py.File(name, "w") as f:
        data = f.create_dataset("table", data=element, chunks=(2,), compression="lzf")
        data.attrs["member"] = element[:1]
        f.create_dataset("opaque", data=np.void(tag.ljust(64, b"\0")))
        rows = f.create_dataset("rows", (2,), dtype=h5py.vlen_dtype("u1"))
        rows[0], rows[1] = np.zeros(8, "u1"), np.frombuffer(row, "u1")
        f.create_dataset("notes", data=[note, "another"], dtype=text)
        scale = f.create_dataset("scale", data=np.arange(3))
        scale.make_scale("x")
        data.dims[0].attach_scale(scale)

lines = "import os\nos.system('id')\n"
with_parts("parts.h5")
with_parts("parts-member.h5", table=called)
with_parts("parts-opaque.h5", tag=called)
with_parts("parts-row.h5", row=called)
with_parts("parts-lines.h5", note=lines)
with h5py.File("attribute-lines.h5", "w") as f:
    f.attrs["note"] = lines
with h5py.File("attribute-opaque.h5", "w") as f:
    f.attrs["note"] = np.void(called)
