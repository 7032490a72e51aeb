"""Writes nested.keras, nested.h5 and expected.json with Keras 3.15.1 on its JAX backend.

    python3 -m venv v && v/bin/pip install keras==3.15.1 jax h5py && v/bin/python make.py

A functional model around a Sequential one, with an operation (`x + 1`) among its layers.
expected.json holds for each layer the SHA-256 of its weights as little-endian binary32, in the
order of Keras's `layer.weights`.
"""

import hashlib
import json
import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np
from keras import layers

HERE = os.path.dirname(os.path.abspath(__file__))

inner = keras.Sequential(
    [
        layers.Input((4,)),
        layers.Dense(3, name="in_a"),
        layers.BatchNormalization(name="in_bn"),
        layers.Dense(3, name="in_b"),
    ],
    name="inner",
)
inputs = layers.Input((4,))
x = inner(layers.Dense(4, name="first")(inputs))
x = layers.Add(name="sum")([x, layers.Dense(3, name="side")(inputs)])
outputs = layers.Dense(2, name="last")(layers.ReLU(name="relu")(x + 1.0))
model = keras.Model(inputs, outputs, name="outer")

generator = np.random.default_rng(1)
for weight in model.weights:
    weight.assign(generator.normal(size=weight.shape).astype("f4"))
for name in ["nested.keras", "nested.h5"]:
    model.save(os.path.join(HERE, name))

expected = {
    layer.name: [
        hashlib.sha256(np.asarray(weight.value).astype("<f4").tobytes()).hexdigest()
        for weight in layer.weights
    ]
    for layer in model.layers
}
with open(os.path.join(HERE, "expected.json"), "w") as f:
    json.dump(expected, f, indent=1)
    f.write("\n")
