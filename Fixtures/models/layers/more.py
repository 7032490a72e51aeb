"""Small Keras models, one for each family of layers, with the outputs that Keras computes.

usage: python more.py [NAME...]   (Keras 3.15.1, TensorFlow 2.21.0, CPU; `mixed` alone: JAX)
Weights are random with a fixed seed. Each model is written as .keras, most as .h5 too, with its
inputs and outputs as NAME.x0.npy, NAME.y0.npy and so on.
"""
import os
import sys

if "mixed" in sys.argv:  # TensorFlow convolves channels first on a GPU only.
    os.environ["KERAS_BACKEND"] = "jax"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import keras
import numpy as np
from keras import layers as L, ops

ACTIVATIONS = (
    "relu relu6 leaky_relu silu gelu hard_sigmoid hard_silu mish selu elu softplus softsign "
    "exponential log_softmax softmax linear sigmoid tanh celu hard_tanh tanh_shrink log_sigmoid "
    "squareplus hard_shrink soft_shrink").split()


def core():
    i = keras.Input((5, 4), name="rows")
    j = keras.Input((6,), dtype="int32", name="words")
    x = L.Dense(7)(i)
    parts = [L.Activation(name)(x) for name in ACTIVATIONS]
    parts += [
        L.ReLU(max_value=1.0, negative_slope=0.25)(x), L.ReLU(threshold=0.5)(x),
        L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.3)(x), L.LeakyReLU()(x),
        L.ELU(0.5)(x), L.PReLU()(x), L.PReLU(shared_axes=[1])(x), L.Softmax(axis=1)(x),
        L.Dense(7, activation=L.LeakyReLU(negative_slope=0.1))(x),
        L.Dense(7, activation=keras.activations.gelu, use_bias=False)(x),
    ]
    x = L.Concatenate()(parts)
    x = L.Permute((2, 1))(x)
    x = L.Reshape((-1, 5, 7))(x)
    x = L.Dense(3, activation="softmax")(x)
    e = L.Embedding(9, 3)(j)
    e = L.Flatten()(e)
    e = L.RepeatVector(3)(e)
    e = L.ActivityRegularization(l2=0.1)(L.GaussianNoise(0.1)(L.Identity()(e)))
    return keras.Model([i, j], [x, e])


def lines():
    i = keras.Input((17, 4))
    x = L.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu")(i)
    a = L.Conv1D(8, 4, strides=2, padding="same", groups=2)(x)
    b = L.DepthwiseConv1D(3, strides=2, padding="same", depth_multiplier=2)(x)
    c = L.SeparableConv1D(8, 3, strides=2, padding="same", activation="tanh")(x)
    d = L.MaxPooling1D(3, strides=2, padding="same")(x)
    e = L.AveragePooling1D(3, strides=2, padding="same")(x)
    x = L.Concatenate()([a, b, c, d, e])
    x = L.Conv1DTranspose(5, 3, strides=2, padding="same")(x)
    x = L.Cropping1D((1, 2))(L.ZeroPadding1D((2, 3))(x))
    x = L.UpSampling1D(2)(x)
    g = L.GlobalAveragePooling1D(keepdims=True)(x)
    return keras.Model(i, [x, L.GlobalMaxPooling1D()(x), g])


def volumes():
    i = keras.Input((6, 5, 7, 3))
    x = L.ZeroPadding3D(((1, 0), (0, 1), (1, 1)))(i)
    x = L.Conv3D(4, (2, 3, 3), strides=(1, 2, 1), padding="same", activation="relu")(x)
    a = L.MaxPooling3D((2, 2, 3), padding="same")(x)
    b = L.AveragePooling3D((2, 2, 3), padding="same")(x)
    x = L.Add()([a, b])
    x = L.Conv3DTranspose(3, (2, 2, 3), strides=(2, 1, 2), padding="valid")(x)
    x = L.BatchNormalization()(x)
    x = L.Cropping3D(((1, 1), (0, 1), (2, 0)))(x)
    x = L.UpSampling3D((1, 2, 1))(x)
    return keras.Model(
        i, [x, L.GlobalAveragePooling3D()(x), L.GlobalMaxPooling3D(keepdims=True)(x)])


def planes():
    i = keras.Input((6, 5, 3))
    outs = [
        L.Conv2DTranspose(4, 3, strides=2, padding="same")(i),
        L.Conv2DTranspose(4, (2, 3), strides=(3, 2), padding="valid", use_bias=False)(i),
        L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1)(i),
        L.Conv2DTranspose(2, 3, padding="valid", activation="relu")(i),
        L.UpSampling2D((2, 3))(i),
        L.UpSampling2D((2, 3), interpolation="bilinear")(i),
        L.Cropping2D(((1, 0), (2, 1)))(i),
        L.GlobalMaxPooling2D(keepdims=True)(i),
        L.SeparableConv2D(4, 2, depth_multiplier=2)(i),
        L.Dense(2)(i),
        L.Softmax(axis=2)(i),
    ]
    return keras.Model(i, outs)


def adaptive():
    i = keras.Input((7, 6, 3))
    j = keras.Input((9, 2))
    return keras.Model([i, j], [
        L.AdaptiveAveragePooling2D((3, 4))(i), L.AdaptiveMaxPooling2D(3)(i),
        L.AdaptiveAveragePooling1D(4)(j), L.AdaptiveMaxPooling1D(4)(j)])


def normalizations():
    i = keras.Input((4, 5, 6))
    x = L.Dense(6)(i)
    return keras.Model(i, [
        L.LayerNormalization()(x), L.LayerNormalization(axis=[1, 3], epsilon=1e-2)(x),
        L.LayerNormalization(scale=False)(x), L.LayerNormalization(center=False)(x),
        L.GroupNormalization(3)(x), L.GroupNormalization(2, axis=1, scale=False)(x),
        L.RMSNormalization()(x), L.UnitNormalization()(x), L.UnitNormalization(axis=[1, 2])(x),
        L.BatchNormalization(axis=1)(x), L.BatchNormalization(axis=2)(x),
        L.BatchNormalization(axis=-1)(L.Reshape((20, 6))(x))])


def merging():
    i = keras.Input((3, 4), name="b")
    j = keras.Input((3, 4), name="a")
    k = keras.Input((4,), name="c")
    return keras.Model({"b": i, "a": j, "c": k}, [
        L.Add()([i, j, k]), L.Subtract()([i, j]), L.Multiply()([i, j, k]),
        L.Average()([i, j, i]), L.Maximum()([i, j]), L.Minimum()([i, j, k]),
        L.Concatenate(axis=1)([i, j]), L.Dot(axes=2)([i, j]), L.Dot(axes=(2, 1))([i, k]),
        L.Dot(axes=1, normalize=True)([i, j]), L.Dot(axes=1)([k, k])])


def nested():
    i = keras.Input((8, 8, 3))
    j = keras.Input((8, 8, 3))
    conv = L.Conv2D(3, 3, padding="same", name="shared")
    deep = keras.Sequential(
        [L.Conv2D(4, 2, name="conv"), L.BatchNormalization(name="norm")], name="deep")
    a = keras.Input((8, 8, 3))
    b = keras.Input((8, 8, 3))
    body = deep(L.Subtract()([a, b]))
    branch = keras.Model(
        [a, b], [body, L.GlobalAveragePooling2D()(L.Conv2D(2, 1, name="conv")(body))],
        name="branch")
    x, y = branch([conv(conv(i)), conv(j)])
    u, v = branch([j, i])
    head = keras.Sequential(
        [keras.Input((2,)), L.Dense(3, activation="relu"), L.Dense(2)], name="head")
    return keras.Model([i, j], [L.Add()([x, u]), head(y), head(v)])


def preprocessing():
    i = keras.Input((10, 9, 3))
    j = keras.Input((6, 6, 3), dtype="uint8")
    x = L.Rescaling(1 / 127.5, offset=-1.0)(i)
    for layer in (
            L.RandomFlip(), L.RandomRotation(0.2), L.RandomZoom(0.2), L.RandomContrast(0.2),
            L.RandomTranslation(0.1, 0.1), L.RandomBrightness(0.2)):
        x = layer(x)
    norm = L.Normalization(axis=-1)
    norm.adapt(np.random.default_rng(1).normal(2, 3, (50, 10, 9, 3)).astype("float32"))
    return keras.Model([i, j], [
        norm(x), L.Normalization(mean=[0.5, 0.4, 0.3], variance=[2.0, 1.0, 0.5])(x),
        L.CenterCrop(6, 6)(x), L.Resizing(7, 13)(x), L.Resizing(4, 20, "nearest")(x),
        L.Resizing(15, 5)(x), L.Rescaling([0.1, 0.2, 0.3])(j)])


def recurrent():
    i = keras.Input((6, 3))
    v = keras.Input((3, 5, 4, 2))
    outs = [
        L.LSTM(4)(i), L.LSTM(4, return_sequences=True, go_backwards=True)(i),
        L.GRU(4, return_sequences=True)(i), L.GRU(4, reset_after=False, go_backwards=True)(i),
        L.GRU(3, use_bias=False)(i),
        L.SimpleRNN(5, activation="relu", return_sequences=True)(i),
        L.LSTM(2, activation="elu", recurrent_activation="hard_sigmoid", unroll=True)(i),
        L.Bidirectional(L.LSTM(3, return_sequences=True))(i),
        L.Bidirectional(L.GRU(3), merge_mode="sum")(i),
        L.Bidirectional(
            L.SimpleRNN(3, return_sequences=True),
            backward_layer=L.SimpleRNN(3, return_sequences=True, go_backwards=True),
            merge_mode="ave")(i),
        L.RNN(L.LSTMCell(3), return_sequences=True)(i),
        L.TimeDistributed(L.Dense(4, activation="tanh"))(i),
        L.TimeDistributed(L.Conv2D(3, 2, activation="relu"))(v),
        L.TimeDistributed(
            keras.Sequential([keras.Input((5, 4, 2)), L.Conv2D(2, 2), L.Flatten(), L.Dense(2)]))(v),
    ]
    y, h, c = L.LSTM(4, return_state=True)(i)
    outs += [L.Concatenate()([y, h, c])]
    return keras.Model([i, v], outs)


def attention():
    i = keras.Input((5, 6))
    j = keras.Input((4, 6))
    return keras.Model([i, j], [
        L.MultiHeadAttention(2, 3)(i, j), L.MultiHeadAttention(3, 2, value_dim=4, use_bias=False)(
            i, j, key=j), L.Attention()([i, j]), L.Attention(use_scale=True)([i, j, j]),
        L.Attention(score_mode="concat", use_scale=True)([i, j]), L.AdditiveAttention()([i, j])])


def operations():
    i = keras.Input((4, 5, 3))
    j = keras.Input((4, 5, 3))
    x = i + j * 2.0 - 0.5
    y = (1.0 - i) / (ops.abs(j) + 1.0)
    s = ops.relu(x) * ops.sigmoid(y) + ops.tanh(-x)
    m = ops.mean(s, axis=[1, 2])
    return keras.Model([i, j], [
        s, m, ops.max(s, axis=-1, keepdims=True), ops.sum(s, axis=2),
        ops.reshape(s, (-1, 20, 3)), ops.transpose(s, (0, 3, 1, 2)), s[:, 1:, ::2], s[:, -1],
        ops.concatenate([x, y], axis=1), ops.softmax(s), ops.gelu(s), ops.silu(s),
        ops.sqrt(ops.square(s) + 1e-3), ops.expand_dims(m, 1), ops.clip(s, -0.3, 0.4),
        ops.exp(s), ops.leaky_relu(s), ops.maximum(x, y), x * np.array([1.0, 2.0, 3.0], "float32"),
        ops.squeeze(ops.mean(s, axis=1, keepdims=True), 1), ops.matmul(s, ops.transpose(s, (0, 1, 3, 2)))])


def further():
    from keras.src.applications.convnext import LayerScale
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    i = keras.Input((3, 4, 5), name="maps")
    j = keras.Input((6,), dtype="int32", name="words")
    p = ops.pad(i, ((0, 0), (1, 0), (0, 2), (1, 1)), mode="reflect")
    a, b = ops.split(p, [3], axis=-1)
    x = CustomScaleLayer(scale=0.17)([i, LayerScale(0.5, 5)(L.Conv2D(5, 1)(i))])
    c = L.Conv1D(4, 3, padding="same")(L.Embedding(9, 4)(j))
    r = L.Reshape((12, 5))(x)
    return keras.Model([i, j], [
        L.Flatten(data_format="channels_first")(i), ops.power(ops.abs(a), 1.5), b, x, c,
        L.MultiHeadAttention(2, 3)(r, r, use_causal_mask=True),
        L.Attention()([r, r], use_causal_mask=True),
        ops.pad(i, ((0, 0), (0, 0), (2, 1), (0, 0)), constant_values=0.5)])


def masked():
    i = keras.Input((6,), dtype="int32")
    x = L.Embedding(9, 4, mask_zero=True)(i)
    x = L.GlobalMaxPooling1D()(L.Conv1D(4, 3, activation="relu")(x))
    return keras.Model(i, L.Dense(3)(x))


# Steps that do not count, and the layers that heed, pass on or drop the mask of them.
def masks():
    i = keras.Input((7,), dtype="int32")
    f = keras.Input((6, 2))
    e = L.Embedding(9, 4, mask_zero=True)(i)
    m = L.Masking()(L.ReLU(threshold=0.5)(f))
    d = L.LayerNormalization()(L.Dense(4, activation="tanh")(L.Dropout(0.5)(e)))
    sequence, hidden, cell = L.LSTM(3, return_sequences=True, return_state=True)(m)
    conv = L.Conv1D(3, 2)(e)
    inner = keras.Sequential([L.Embedding(9, 3, mask_zero=True), L.Dropout(0.5),
                              L.GRU(3, return_sequences=True), L.Dense(2), L.LSTM(2)])
    return keras.Model([i, f], [
        L.LSTM(3)(e), L.GRU(3, return_sequences=True)(d),
        L.SimpleRNN(3, go_backwards=True, return_sequences=True)(m),
        L.GlobalAveragePooling1D()(d), L.Bidirectional(L.LSTM(2, return_sequences=True))(m),
        L.Bidirectional(L.GRU(3), merge_mode="sum")(e),
        L.LSTM(3)(L.GRU(3, return_sequences=True)(m)), sequence, hidden, cell,
        L.GlobalAveragePooling1D(keepdims=True)(L.Dense(3)(m)),
        L.GRU(2)(L.Bidirectional(L.SimpleRNN(2, return_sequences=True))(e)),
        L.GlobalAveragePooling1D()(conv), L.LSTM(2)(conv),
        L.RNN(L.LSTMCell(2), zero_output_for_mask=True, return_sequences=True)(m), inner(i), L.LSTM(2)(L.Add()([e, d])),
        L.SpectralNormalization(L.Dense(3))(e)])


def encodings():
    i = keras.Input((3,), dtype="int32")
    f = keras.Input((5, 4))
    bins = L.Discretization(bin_boundaries=[-1.0, 0.1, 0.5])
    flat = L.Flatten()(f)
    return keras.Model([i, f], [
        L.CategoryEncoding(9)(i), L.CategoryEncoding(9, output_mode="count")(i),
        L.CategoryEncoding(9, output_mode="one_hot")(i), L.Embedding(4, 2)(bins(f)),
        L.Discretization(bin_boundaries=[0.0, 0.25], output_mode="count")(flat),
        L.Discretization(bin_boundaries=[2.0, 2.5], output_mode="multi_hot")(flat),
        L.Discretization(bin_boundaries=[0.0], output_mode="one_hot")(f),
        L.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d", activation="relu")(f),
        L.EinsumDense("...x,xy->...y", (5, 2))(f),
        L.EinsumDense("abc,cde->abde", (None, 3, 2), bias_axes="de")(f),
        L.EinsumDense("abc,bcd->ad", 3, bias_axes="d")(f),
        L.EinsumDense("abc,bd->adc", (3, None), bias_axes="d")(f),
        L.EinsumDense("abc,dec->aebd", (2, None, 3), bias_axes="e")(f)])


def mixed():
    i = keras.Input((3, 8, 7))
    x = L.Conv2D(4, 3, data_format="channels_first", padding="same", activation="relu")(i)
    x = L.BatchNormalization(axis=1)(x)
    x = L.MaxPooling2D(2, data_format="channels_first")(x)
    x = L.Permute((2, 3, 1))(x)
    x = L.DepthwiseConv2D(2)(x)
    x = L.Permute((3, 1, 2))(x)
    x = L.UpSampling2D(2, data_format="channels_first")(x)
    x = L.Conv2DTranspose(3, 2, strides=2, data_format="channels_first")(x)
    x = L.Conv2DTranspose(3, 3, dilation_rate=2, data_format="channels_first")(x)
    f = L.Flatten(data_format="channels_first")(x)
    g = L.GlobalAveragePooling2D(data_format="channels_first")(x)
    h = L.Conv1D(4, 3, data_format="channels_first")(L.Reshape((3, -1))(x))
    z = L.ZeroPadding2D(1, data_format="channels_first")(x)
    return keras.Model(i, [L.Dense(3)(f), g, h, z, L.AveragePooling2D(2)(x)])


# Random weights; variances and the like stay positive.
def randomise(model, generator):
    for v in model.variables:
        if "seed" in v.path or "count" in v.name:
            continue
        if v.name in ("moving_variance", "gamma", "scale"):
            v.assign(generator.uniform(0.5, 1.5, v.shape))
        elif v.name not in ("mean", "variance"):
            v.assign(generator.normal(0, 0.4, v.shape))


def save(name, arrays, letter):
    for number, array in enumerate(arrays):
        np.save(f"{name}.{letter}{number}.npy", np.asarray(array))


FAMILIES = (core, lines, volumes, planes, adaptive, normalizations, merging, nested, preprocessing,
            recurrent, attention, operations, further, masked, masks, encodings, mixed)
if __name__ == "__main__":
    for build in FAMILIES:
        name = build.__name__
        if name not in (sys.argv[1:] or [f.__name__ for f in FAMILIES if f is not mixed]):
            continue
        keras.backend.clear_session()
        keras.utils.set_random_seed(11)
        generator = np.random.default_rng(7)
        model = build()
        randomise(model, generator)
        inputs = []
        for i in model.inputs:
            shape = (3, *i.shape[1:])
            if i.dtype == "float32":
                inputs.append(generator.normal(0, 1, shape).astype("float32"))
            else:
                high = 9 if i.dtype == "int32" else 256
                inputs.append(generator.integers(0, high, shape).astype(i.dtype))
        named = isinstance(model._inputs_struct, dict)
        given = {i.name: x for i, x in zip(model.inputs, inputs)} if named else inputs
        outputs = model.predict(given, verbose=0)
        model.save(f"{name}.keras")
        if name != "preprocessing":  # Keras cannot write its random layers as .h5.
            model.save(f"{name}.h5")
        save(name, inputs, "x")
        save(name, outputs if isinstance(outputs, list) else [outputs], "y")
