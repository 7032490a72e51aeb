"""The same models in the dialects of Keras 1 and 2, made by rewriting what Keras 3 writes.

usage: python dialects.py   (after more.py; Keras 3.15.1, TensorFlow 2.21.0, CPU)
No old Keras runs here: the configurations are rewritten to the forms of keras 1.2.2 and 2.4 and
the weights to their names and orders; the outputs are those of the models in Keras 3.
  nested_keras2.h5          nested.h5 with lists as inbound_nodes and weights named `:0`
  operations_keras2.h5      TFOpLambda layers
  keras1.h5                 functional, dim_ordering tf, Merge, LSTM and GRU by gates
  keras1_theano.h5          Sequential, dim_ordering th, kernels of a true convolution
  nested_weights.h5         nested.h5 without its configuration, as save_weights wrote it
  numbered_weights.h5       convolutions.h5 likewise
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import h5py
import keras
import numpy as np
from keras import layers as L

from more import randomise, save


def tensor(argument):
    return argument["config"]["keras_history"]


def keras2(model):
    """A configuration of Keras 3 in the form of Keras 2.4."""
    config = model["config"]
    for layer in config["layers"]:
        for key in ("module", "registered_name", "build_config"):
            layer.pop(key, None)
        inner = layer["config"]
        if "batch_shape" in inner:
            inner["batch_input_shape"] = inner.pop("batch_shape")
        if isinstance(inner.get("dtype"), dict):
            inner["dtype"] = inner["dtype"]["config"]["name"]
        if layer["class_name"] in ("Functional", "Sequential"):
            keras2(layer)
        nodes = []
        for node in layer.get("inbound_nodes", []):
            first = node["args"][0]
            calls = first if isinstance(first, list) else [first]
            nodes.append([[*tensor(t), {}] for t in calls])
        if "inbound_nodes" in layer:
            layer["inbound_nodes"] = nodes
    if model["class_name"] == "Functional":
        for key in ("input_layers", "output_layers"):
            if not isinstance(config[key][0], list):
                config[key] = [config[key]]
    return model


def write(name, config, weights, version, backend="tensorflow"):
    """weights: [(layer, [(name, array)])]"""
    with h5py.File(name, "w") as file:
        if config is None:
            group = file
        else:
            file.attrs["model_config"] = json.dumps(config).encode()
            group = file.create_group("model_weights")
        for target in (file, group):
            target.attrs["keras_version"] = version.encode()
            target.attrs["backend"] = backend.encode()
        group.attrs["layer_names"] = [layer.encode() for layer, _ in weights]
        for layer, arrays in weights:
            g = group.create_group(layer)
            g.attrs["weight_names"] = np.array([n.encode() for n, _ in arrays], dtype="S") if arrays else []
            for n, array in arrays:
                g.create_dataset(n, data=array)


def read(name):
    with h5py.File(name) as file:
        config = json.loads(file.attrs["model_config"])
        group = file["model_weights"]
        return config, [(layer, [(n, group[layer][n][()]) for n in group[layer].attrs["weight_names"]])
                        for layer in group.attrs["layer_names"]]


config, weights = read("nested.h5")
weights = [(layer, [(n + ":0", a) for n, a in arrays]) for layer, arrays in weights]
write("nested_keras2.h5", keras2(config), weights, "2.4.0")
write("nested_weights.h5", None, weights, "2.4.0")

# Operations: x * 2 + y, mean over rows and columns, relu.
i, j = keras.Input((4, 5, 3), name="i"), keras.Input((4, 5, 3), name="j")
generator = np.random.default_rng(3)
model = keras.Model([i, j], keras.ops.mean(keras.ops.relu(i * 2.0 + j), axis=[1, 2]))
xs = [generator.normal(0, 1, (3, 4, 5, 3)).astype("float32") for _ in range(2)]
save("operations_keras2", xs, "x")
save("operations_keras2", [model.predict(xs, verbose=0)], "y")
inputs = [{"class_name": "InputLayer", "name": n, "inbound_nodes": [], "config": {
    "batch_input_shape": [None, 4, 5, 3], "dtype": "float32", "sparse": False, "name": n}} for n in "ij"]


def op(name, function, node):
    return {"class_name": "TFOpLambda", "name": name, "inbound_nodes": [node], "config": {
        "name": name, "trainable": True, "dtype": "float32", "function": function}}


write("operations_keras2.h5", {"class_name": "Functional", "config": {
    "name": "m", "layers": inputs + [
        op("tf.math.multiply", "math.multiply", ["i", 0, 0, {"y": 2.0, "name": None}]),
        op("tf.__operators__.add", "__operators__.add",
           ["tf.math.multiply", 0, 0, {"y": ["j", 0, 0], "name": None}]),
        op("tf.nn.relu", "nn.relu", ["tf.__operators__.add", 0, 0, {"name": None}]),
        op("tf.math.reduce_mean", "math.reduce_mean",
           ["tf.nn.relu", 0, 0, {"axis": [1, 2], "keepdims": False}])],
    "input_layers": [["i", 0, 0], ["j", 0, 0]],
    "output_layers": [["tf.math.reduce_mean", 0, 0]]}}, [], "2.4.0")

# Keras 1, functional.
i, j = keras.Input((7, 6, 2)), keras.Input((5, 3))
a = L.Conv2D(4, (3, 2), padding="same", activation="relu", name="a")(i)
b = L.Conv2D(4, (2, 3), padding="same", use_bias=False, name="b")(i)
x = L.Concatenate(name="m")([a, b])
x = L.MaxPooling2D(2, name="p")(L.BatchNormalization(name="n")(x))
x = L.Flatten(name="f")(x)
r = L.LSTM(3, name="l", recurrent_activation="sigmoid")(j)
g = L.GRU(3, name="g", reset_after=False)(j)
x = L.Dense(3, name="d", activation="softmax")(L.Concatenate(name="c")([x, L.Add(name="s")([r, g])]))
model = keras.Model([i, j], x)
randomise(model, generator)
xs = [generator.normal(0, 1, (3, *i.shape[1:])).astype("float32") for i in model.inputs]
save("keras1", xs, "x")
save("keras1", [model.predict(xs, verbose=0)], "y")


def layer(class_name, name, sources, **config):
    return {"class_name": class_name, "name": name, "config": {"name": name, **config},
            "inbound_nodes": [[[s, 0, 0] for s in sources]] if sources else []}


def old(name, names):
    return name, [(f"{name}_{n}", w) for n, w in zip(names, model.get_layer(name).get_weights())]


def gates(name, order, stored):
    kernel, recurrent, bias = model.get_layer(name).get_weights()
    parts = {g: [np.split(w, len(stored), -1)[k] for w in (kernel, recurrent, bias)]
             for k, g in enumerate(stored)}
    return name, [(f"{name}_{n}_{g}", w) for g in order for n, w in zip("WUb", parts[g])]


conv = dict(dim_ordering="tf", subsample=[1, 1])
write("keras1.h5", {"class_name": "Model", "keras_version": "1.2.2", "config": {
    "name": "model_1", "layers": [
        layer("InputLayer", "i", [], batch_input_shape=[None, 7, 6, 2], input_dtype="float32", sparse=False),
        layer("InputLayer", "j", [], batch_input_shape=[None, 5, 3], input_dtype="float32", sparse=False),
        layer("Convolution2D", "a", ["i"], nb_filter=4, nb_row=3, nb_col=2, border_mode="same",
              activation="relu", bias=True, init="glorot_uniform", **conv),
        layer("Convolution2D", "b", ["i"], nb_filter=4, nb_row=2, nb_col=3, border_mode="same",
              activation="linear", bias=False, init="glorot_uniform", **conv),
        layer("Merge", "m", ["a", "b"], mode="concat", concat_axis=-1, mode_type="raw"),
        layer("BatchNormalization", "n", ["m"], mode=0, axis=-1, epsilon=1e-3, momentum=0.99),
        layer("MaxPooling2D", "p", ["n"], pool_size=[2, 2], strides=[2, 2], border_mode="valid", dim_ordering="tf"),
        layer("Flatten", "f", ["p"]),
        layer("LSTM", "l", ["j"], output_dim=3, activation="tanh", inner_activation="sigmoid",
              return_sequences=False, go_backwards=False, consume_less="cpu"),
        layer("GRU", "g", ["j"], output_dim=3, activation="tanh", inner_activation="sigmoid",
              return_sequences=False, go_backwards=False, consume_less="cpu"),
        layer("Merge", "s", ["l", "g"], mode="sum", concat_axis=-1),
        layer("Merge", "c", ["f", "s"], mode="concat", concat_axis=-1),
        layer("Dropout", "q", ["c"], p=0.5),
        layer("Dense", "d", ["q"], output_dim=3, activation="softmax", bias=True, input_dim=None)],
    "input_layers": [["i", 0, 0], ["j", 0, 0]], "output_layers": [["d", 0, 0]]}},
    [old("a", "Wb"), old("b", "W"), old("n", ["gamma", "beta", "running_mean", "running_std"]),
     gates("l", "icfo", "ifco"), gates("g", "zrh", "zrh"), old("d", "Wb")], "1.2.2")

# Keras 1, Sequential, channels first, kernels turned by a true convolution.
model = keras.Sequential([
    keras.Input((2, 7, 6)), L.Permute((2, 3, 1)), L.ZeroPadding2D(1),
    L.Conv2D(4, (3, 2), strides=(2, 1), activation="relu", name="a"), L.BatchNormalization(name="n"),
    L.AveragePooling2D((2, 1)), L.Permute((3, 1, 2)), L.Flatten(), L.Dense(3, name="d")])
randomise(model, generator)
x = generator.normal(0, 1, (3, 2, 7, 6)).astype("float32")
save("keras1_theano", [x], "x")
save("keras1_theano", [model.predict(x, verbose=0)], "y")
kernel = model.get_layer("a").get_weights()[0][::-1, ::-1].transpose(3, 2, 0, 1)
name, (_, bias) = old("a", "Wb")
write("keras1_theano.h5", {"class_name": "Sequential", "keras_version": "1.2.2", "config": [
    {"class_name": "ZeroPadding2D", "config": {"name": "z", "padding": [1, 1], "dim_ordering": "th",
                                               "batch_input_shape": [None, 2, 7, 6], "input_dtype": "float32"}},
    {"class_name": "Convolution2D", "config": {
        "name": "a", "nb_filter": 4, "nb_row": 3, "nb_col": 2, "border_mode": "valid", "subsample": [2, 1],
        "activation": "relu", "bias": True, "dim_ordering": "th"}},
    {"class_name": "BatchNormalization", "config": {"name": "n", "mode": 0, "axis": 1, "epsilon": 1e-3}},
    {"class_name": "AveragePooling2D", "config": {"name": "p", "pool_size": [2, 1], "strides": [2, 1],
                                                  "border_mode": "valid", "dim_ordering": "th"}},
    {"class_name": "Flatten", "config": {"name": "f"}},
    {"class_name": "Dense", "config": {"name": "d", "output_dim": 3, "activation": "linear", "bias": True}}]},
    [("z", []), (name, [("a_W", kernel), bias]), old("n", ["gamma", "beta", "running_mean", "running_std"]),
     ("p", []), ("f", []), old("d", "Wb")], "1.2.2", backend="theano")
with h5py.File("convolutions.h5") as model, h5py.File("numbered_weights.h5", "w") as file:
    file.attrs.update(model["model_weights"].attrs)
    for name in model["model_weights"]:
        model["model_weights"].copy(name, file)
