"""Small Keras models, one for each group of layers, with the outputs that Keras computes.

usage: python make.py   (Keras 3.15.1, TensorFlow 2.21.0, CPU)
Weights are random with a fixed seed; batch norm statistics too. Each model is written as .keras
and .h5, with its inputs and outputs as .npy.
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import keras
import numpy as np
from keras import layers as L

generator = np.random.default_rng(7)


def convolutions():
    i = keras.Input((11, 9, 3))
    x = L.Conv2D(8, (3, 2), strides=(2, 1), padding="same", activation="relu")(i)
    x = L.DepthwiseConv2D((3, 3), depth_multiplier=2, padding="valid")(x)
    x = L.LeakyReLU(negative_slope=0.2)(x)
    x = L.Conv2D(12, 3, dilation_rate=2, padding="same", groups=4, activation="tanh")(x)
    x = L.SeparableConv2D(5, (2, 3), strides=2, padding="same", activation="sigmoid")(x)
    x = L.Flatten()(x)
    return keras.Model(i, L.Dense(4, activation="softmax")(x), name="convolutions")


def pools():
    i = keras.Input((10, 13, 4))
    a = L.MaxPooling2D((3, 2), strides=(2, 2), padding="same")(i)
    b = L.AveragePooling2D((3, 2), strides=(2, 2), padding="same")(i)
    x = L.Add()([a, b, a])
    x = L.ZeroPadding2D(((1, 2), (0, 3)))(x)
    x = L.BatchNormalization(epsilon=2e-3)(x)
    x = L.ReLU(max_value=6.0)(x)
    x = L.Dropout(0.5)(x)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(i, L.Dense(3)(x), name="pools")


def shapes():
    return keras.Sequential(
        [
            keras.Input((6, 4)),
            L.Reshape((4, 3, -1)),
            L.Conv2D(3, 2, use_bias=False),
            L.BatchNormalization(scale=False),
            L.Activation("relu"),
            L.AveragePooling2D(2, padding="valid"),
            L.Flatten(),
            L.Dense(5, activation="tanh"),
            L.BatchNormalization(center=False),
            L.Dense(3),
            L.Softmax(),
        ],
        name="shapes",
    )


for build in (convolutions, pools, shapes):
    keras.utils.set_random_seed(11)
    model = build()
    for layer in model.layers:
        if isinstance(layer, L.BatchNormalization):
            layer.set_weights([generator.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
        elif layer.weights:
            layer.set_weights(
                [generator.normal(0, 0.4, w.shape).astype("float32") for w in layer.get_weights()])
    x = generator.normal(0, 1.5, (5, *model.input_shape[1:])).astype("float32")
    name = build.__name__
    model.save(f"{name}.keras")
    model.save(f"{name}.h5")
    np.save(f"{name}.x.npy", x)
    np.save(f"{name}.y.npy", model.predict(x, verbose=0))
