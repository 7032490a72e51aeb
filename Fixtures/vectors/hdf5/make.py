"""Writes the HDF5 vectors and expected.json with h5py, which links libhdf5.

    python3 -m venv v && v/bin/pip install h5py==3.16.0 numpy && v/bin/python make.py

expected.json holds, for each file and data set, what h5py reads back: shape, the element type as
this project names it, and SHA-256 over the elements in row-major order in their stored byte order.
"""

import hashlib
import json
import os

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = {"f": "float", "i": "int", "u": "uint"}


def values(*shape, dtype="<f4"):
    count = int(np.prod(shape))
    return ((np.arange(count) * 37 % 101) - 50).astype(dtype).reshape(shape)


def chunked(f):
    f.create_dataset("gzip", data=values(7, 10), chunks=(3, 4), compression="gzip")
    f.create_dataset("shuffle", data=values(5, 6, 3), chunks=(2, 4, 2), compression="gzip", shuffle=True)
    f.create_dataset("fletcher", data=values(9, dtype="<i2"), chunks=(4,), fletcher32=True)
    f.create_dataset("all", data=values(6, 7, dtype=">f8"), chunks=(4, 4), compression="gzip",
                     shuffle=True, fletcher32=True)
    f.create_dataset("plain", data=values(5, 5, dtype="<u1"), chunks=(2, 2))
    holes = f.create_dataset("holes", (6, 6), "<f4", chunks=(2, 2), fillvalue=1.5)
    holes[0:2, 2:4] = 7
    f.create_dataset("odd", data=values(101, dtype="<i1"), chunks=(101,), fletcher32=True)


def latest(f):
    group = f.create_group("layer")
    group.attrs["text"] = "text of any length"
    group.attrs["texts"] = ["kernel", "bias"]
    group.attrs["fixed"] = np.array([b"kernel:0", b"bias:0"])
    group.attrs["number"] = np.float64(0.5)
    group.attrs["integers"] = np.array([1, -2, 3], "<i4")
    group.create_dataset("kernel", data=values(3, 4))
    group.create_dataset("bias", data=values(4, dtype="<f2"))


def dense(f):
    for index in range(40):
        f.create_dataset(f"weight_{index:02}", data=values(2, dtype="<f4") + index)
        f.attrs[f"attribute_{index:02}"] = index


def ordered(f):
    group = f.create_group("model_weights", track_order=True)
    for name in ["zebra", "apple", "mango"] + [f"l{index}" for index in range(10)]:
        group.create_dataset(name, data=values(3))


def symbols(f):
    kernel = f.create_dataset("kernel", data=values(4))
    for index in range(330):
        f[f"name_{index:03}"] = kernel


def links(f):
    f.create_dataset("own", data=values(3))
    f["soft"] = h5py.SoftLink("/own")
    f["outside"] = h5py.ExternalLink("../secret.h5", "/weights")
    f["again"] = f["own"]
    f["named"] = np.dtype("<f4")


def storage(f):
    f.create_dataset("external", (4,), "<f4", external=[("/etc/passwd", 0, 16)])
    layout = h5py.VirtualLayout((4,), "<f4")
    layout[:] = h5py.VirtualSource("other.h5", "data", (4,))
    f.create_virtual_dataset("virtual", layout)
    f.create_dataset("never", (4,), "<f4")
    f.create_dataset("vast", (1 << 40,), "<f4", chunks=(1 << 20,), compression="gzip")
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    data = values(5)
    made = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((5,)), compact)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, data)


def types(f):
    f.create_dataset("half", data=values(4, dtype="<f2"))
    f.create_dataset("big", data=values(4, dtype=">f4"))
    f.create_dataset("integer", data=values(4, dtype=">i8"))
    f.create_dataset("scalar", data=np.float32(2.5))
    f.create_dataset("empty", data=np.zeros((0, 3), "<f4"))
    f.create_dataset("truth", data=np.array([True, False, True]))
    f.create_dataset("records", data=np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
    f.create_dataset("complex", data=np.zeros(2, "<c8"))
    f.create_dataset("opaque", data=np.zeros(2, "V5"))
    f.create_dataset("null", data=h5py.Empty("<f4"))
    f.create_dataset("texts", data=["a", "bc"])
    f.create_dataset("reference", data=f["half"].ref, dtype=h5py.ref_dtype)
    f.create_dataset("array", data=np.zeros(2, [("x", "<f4", (3,))])["x"])
    f.attrs["null"] = h5py.Empty("<f4")
    f.attrs["truth"] = True
    f.attrs["accented"] = "\u00e9\u4e2d"


def keras2(f):
    """The layout of Keras 2.0: fixed texts, `:0` in the names, weights not in alphabetical order."""
    config = {"class_name": "Sequential", "config": [
        {"class_name": "Dense", "config": {"name": "dense_1", "units": 2, "activation": "relu",
                                           "batch_input_shape": [None, 3]}},
        {"class_name": "BatchNormalization", "config": {"name": "batch_normalization_1"}}]}
    f.attrs["keras_version"] = np.bytes_(b"2.0.5")
    f.attrs["backend"] = np.bytes_(b"tensorflow")
    f.attrs["model_config"] = np.bytes_(json.dumps(config).encode())
    weights = f.create_group("model_weights")
    weights.attrs["layer_names"] = np.array([b"dense_1", b"batch_normalization_1"])
    group = weights.create_group("dense_1")
    group.attrs["weight_names"] = np.array([b"dense_1/kernel:0", b"dense_1/bias:0"])
    group.create_dataset("dense_1/kernel:0", data=values(3, 2))
    group.create_dataset("dense_1/bias:0", data=values(2))
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    group = weights.create_group("batch_normalization_1")
    # Long lists are cut into numbered attributes.
    group.attrs["weight_names0"] = np.array([f"bn/{name}:0".encode() for name in names[:3]])
    group.attrs["weight_names1"] = np.array([f"bn/{name}:0".encode() for name in names[3:]])
    for index, name in enumerate(names):
        group.create_dataset(f"bn/{name}:0", data=values(2) + index)


def describe(path):
    found = {}

    def visit(name, item):
        if not isinstance(item, h5py.Dataset) or item.shape is None:
            return
        kind = item.dtype.kind
        if kind not in NAMES or item.external or item.is_virtual or item.size > 1 << 20:
            return
        data = item[()]
        found[name] = {
            "shape": list(item.shape),
            "type": NAMES[kind] + str(8 * item.dtype.itemsize),
            "sha256": hashlib.sha256(np.asarray(data, item.dtype).tobytes()).hexdigest(),
        }

    with h5py.File(path, "r") as f:
        f.visititems(visit)
    return found


FILES = {
    "chunked.h5": (chunked, {}),
    "latest.h5": (latest, {"libver": "latest"}),
    "dense.h5": (dense, {"libver": ("v110", "v110")}),
    "ordered.h5": (ordered, {}),
    "symbols.h5": (symbols, {}),
    "links.h5": (links, {}),
    "storage.h5": (storage, {}),
    "types.h5": (types, {}),
    "userblock.h5": (latest, {"userblock_size": 1024}),
    "keras2.h5": (keras2, {}),
}

if __name__ == "__main__":
    expected = {}
    for name, (fill, options) in FILES.items():
        path = os.path.join(HERE, name)
        with h5py.File(path, "w", **options) as f:
            fill(f)
        expected[name] = describe(path)
    with open(os.path.join(HERE, "expected.json"), "w") as f:
        json.dump(expected, f, indent=1, sort_keys=True)
        f.write("\n")
