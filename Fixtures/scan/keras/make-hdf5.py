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
