"""Writes any_order.json: operators behind a matrix product, as torch and ONNX Runtime compute them.

Each case is h = x w + shift in binary32, reshaped, and an operator; x and w are patterns that
Tests/EngineTests/AnyOrderOperatorTests.swift makes too. torch gives two results, the second with
the terms of the product in reverse order.

usage: python any_order.py > any_order.json
"""
import json

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper

torch.set_num_threads(1)


def pattern(shape, seed, divisor=1.0):
    count = int(np.prod(shape))
    numbers = [((k * 37 + seed * 11) % 129 - 64) / 64 for k in range(count)]
    return torch.tensor(numbers, dtype=torch.float32).reshape(shape) / divisor


MAP = [1, 2, 3, 4]
X = pattern([1, 64], 1, 3)
NEAR = (6, 2)  # divisor of the weights, shift: h lies near 2
SMALL = (6, 0)
WIDE = (0.2, 0.125)

CASES = {}


def case(name, function, at=(1.5, 0.125), shape=MAP, node=None, constants=(), outputs=1, opset=20):
    def weights():
        return pattern([64, 24], 2, at[0])

    results = {}
    w = weights()
    shift = torch.tensor(at[1], dtype=torch.float32)
    for kind, h in (
        ("torch", X @ w + shift),
        ("reversed", X.flip(1) @ w.flip(0) + shift),
    ):
        results[kind] = function(h.reshape(shape)).numpy().reshape(-1)
    if node is not None:
        results["onnxruntime"] = by_onnxruntime(w, shift, shape, node, constants, opset)
    CASES[name] = {k: [float(str(v)) for v in values] for k, values in results.items()}


def by_onnxruntime(w, shift, shape, node, constants, opset):
    kind, attributes = node
    initializers = [
        helper.make_tensor("w", TensorProto.FLOAT, list(w.shape), w.reshape(-1).tolist()),
        helper.make_tensor("shift", TensorProto.FLOAT, [1], [float(shift)]),
        helper.make_tensor("shape", TensorProto.INT64, [len(shape)], shape),
    ]
    names = []
    for number, constant in enumerate(constants):
        constant = np.asarray(constant)
        names.append(f"c{number}")
        initializers.append(
            helper.make_tensor(
                names[-1],
                TensorProto.INT64 if constant.dtype == np.int64 else TensorProto.FLOAT,
                list(constant.shape), constant.reshape(-1).tolist()))
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["p"]),
        helper.make_node("Add", ["p", "shift"], ["s"]),
        helper.make_node("Reshape", ["s", "shape"], ["h"]),
        helper.make_node(kind, ["h"] + names, ["y"], **attributes),
    ]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": X.numpy()})[0].reshape(-1)


def element(name, function, at=(0.5, 0.125), kind=None, **attributes):
    case(name, function, at, node=(kind, attributes) if kind else None)


element("exp", torch.exp, kind="Exp")
element("exp2", torch.exp2)
element("expm1", torch.expm1)
element("log", torch.log, NEAR, "Log")
element("log2", torch.log2, NEAR)
element("log10", torch.log10, NEAR)
element("log1p", torch.log1p, NEAR)
element("sigmoid", torch.sigmoid, kind="Sigmoid")
element("softplus", F.softplus, kind="Softplus")
element("softsign", F.softsign, kind="Softsign")
element("silu", F.silu)
element("mish", F.mish, kind="Mish")
element("gelu", F.gelu, kind="Gelu")
element("gelu_tanh", lambda h: F.gelu(h, approximate="tanh"), kind="Gelu", approximate="tanh")
element("erf", torch.erf, kind="Erf")
element("sin", torch.sin, kind="Sin")
element("cos", torch.cos, kind="Cos")
element("tan", torch.tan, (4, 0.125), "Tan")
element("asin", torch.asin, SMALL, "Asin")
element("acos", torch.acos, SMALL, "Acos")
element("atan", torch.atan, kind="Atan")
element("sinh", torch.sinh, kind="Sinh")
element("cosh", torch.cosh, kind="Cosh")
element("tanh", torch.tanh, kind="Tanh")
element("asinh", torch.asinh, kind="Asinh")
element("acosh", torch.acosh, NEAR, "Acosh")
element("atanh", torch.atanh, SMALL, "Atanh")
element("sqrt", torch.sqrt, NEAR, "Sqrt")
element("reciprocal", torch.reciprocal, NEAR, "Reciprocal")
element("hard_swish", F.hardswish, WIDE, "HardSwish")
element("elu", F.elu, kind="Elu")
element("selu", F.selu, kind="Selu")
element("celu", F.celu, kind="Celu")
element("hard_sigmoid", lambda h: (h * 0.2 + 0.5).clamp(0, 1), WIDE, "HardSigmoid")
element("shrink", lambda h: F.hardshrink(h, 0.5), kind="Shrink", lambd=0.5)
element("thresholded_relu", lambda h: F.threshold(h, 1, 0), kind="ThresholdedRelu")

ROWS = np.array([3], dtype=np.int64)
PLANES = np.array([2, 3], dtype=np.int64)
case("sum", lambda h: h.sum(3), node=("ReduceSum", {}), constants=[ROWS])
case("mean", lambda h: h.mean((2, 3)), node=("ReduceMean", {}), constants=[PLANES])
case("product", lambda h: h.prod(3), NEAR, node=("ReduceProd", {}), constants=[ROWS])
case("maximum", lambda h: h.amax(3), node=("ReduceMax", {}), constants=[ROWS])
case("minimum", lambda h: h.amin((2, 3)), node=("ReduceMin", {}), constants=[PLANES])
case("l1", lambda h: h.abs().sum(3), node=("ReduceL1", {}), constants=[ROWS])
case("l2", lambda h: h.norm(dim=(2, 3)), node=("ReduceL2", {}), constants=[PLANES])
case("logSum", lambda h: h.sum(3).log(), NEAR, node=("ReduceLogSum", {}), constants=[ROWS])
case("logSumExp", lambda h: h.logsumexp(3), node=("ReduceLogSumExp", {}), constants=[ROWS])
case("sumSquare", lambda h: (h * h).sum((2, 3)), node=("ReduceSumSquare", {}), constants=[PLANES])
case("cumulative sum", lambda h: h.cumsum(3), node=("CumSum", {}),
     constants=[np.array(3, dtype=np.int64)])
case("softmax", lambda h: h.softmax(3), node=("Softmax", {"axis": 3}))
case("log softmax", lambda h: h.log_softmax(1), node=("LogSoftmax", {"axis": 1}))

SCALE, SHIFT = pattern([4], 3, 0.75), pattern([4], 4, 3)
CHANNELS = pattern([2], 3, 0.75), pattern([2], 4, 3)
case("layer norm", lambda h: F.layer_norm(h, [4], SCALE, SHIFT, 1e-5),
     node=("LayerNormalization", {"axis": -1, "epsilon": 1e-5}), constants=[SCALE, SHIFT])
case("layer norm far from 0", lambda h: F.layer_norm(h, [4], SCALE, SHIFT, 1e-5), (1.5, 10),
     node=("LayerNormalization", {"axis": -1, "epsilon": 1e-5}), constants=[SCALE, SHIFT])
case("instance norm", lambda h: F.instance_norm(h, weight=CHANNELS[0], bias=CHANNELS[1]),
     node=("InstanceNormalization", {"epsilon": 1e-5}), constants=CHANNELS)
case("group norm", lambda h: F.group_norm(h, 1, CHANNELS[0], CHANNELS[1]))
case("rms norm", lambda h: F.rms_norm(h, [4], SCALE, 1e-5))
case("local response norm", lambda h: F.local_response_norm(h, 3, 0.75, 0.75, 1.0),
     node=("LRN", {"size": 3, "alpha": 0.75, "beta": 0.75, "bias": 1.0}))
case("norm of order 1", lambda h: F.normalize(h, 1, 3), node=("LpNormalization", {"p": 1, "axis": 3}))
case("norm of order 2", lambda h: F.normalize(h, 2, 3), node=("LpNormalization", {"p": 2, "axis": 3}))
BN = [pattern([2], seed, 0.75) for seed in (3, 4, 5)] + [pattern([2], 6).abs() + 0.5]
case("batch norm", lambda h: F.batch_norm(h, BN[2], BN[3], BN[0], BN[1], False, 0.1, 1e-5),
     node=("BatchNormalization", {"epsilon": 1e-5}), constants=BN)

COLUMN = pattern([3, 1], 5, 0.75) + 1.5
case("add", lambda h: h + COLUMN, node=("Add", {}), constants=[COLUMN])
case("subtract", lambda h: h - COLUMN, node=("Sub", {}), constants=[COLUMN])
case("multiply", lambda h: h * COLUMN, node=("Mul", {}), constants=[COLUMN])
case("divide", lambda h: h / COLUMN, node=("Div", {}), constants=[COLUMN])
for exponent in (2.0, 3.0, 0.5, -1.5, -1.0):
    case(f"power {exponent}", lambda h: h.pow(exponent), (1.5, 0.125) if exponent > 1 else NEAR,
         node=("Pow", {}), constants=[np.array([exponent], dtype=np.float32)])

MATRIX = pattern([4, 5], 5, 3)
case("matrix product", lambda h: h @ MATRIX, node=("MatMul", {}), constants=[MATRIX])
case("gemm", lambda h: 0.5 * (h @ MATRIX) + 2 * pattern([5], 6, 3), shape=[6, 4],
     node=("Gemm", {"alpha": 0.5, "beta": 2.0}), constants=[MATRIX, pattern([5], 6, 3)])
KERNEL = pattern([3, 2, 3], 5, 3), pattern([3], 6, 3)
case("convolution", lambda h: F.conv1d(h, *KERNEL, padding=1), shape=[1, 2, 12],
     node=("Conv", {"pads": [1, 1]}), constants=KERNEL)
VOLUME = pattern([2, 2, 2, 1, 2], 5, 3)
case("convolution 3", lambda h: F.conv3d(h, VOLUME), shape=[1, 2, 2, 2, 3],
     node=("Conv", {}), constants=[VOLUME])
BACK = pattern([2, 3, 2, 3], 5, 3), pattern([3], 6, 3)
case("transposed convolution", lambda h: F.conv_transpose2d(h, *BACK, stride=2),
     node=("ConvTranspose", {"strides": [2, 2]}), constants=BACK)
LINE = [1, 2, 12]
case("average pool", lambda h: F.avg_pool1d(h, 3, 2), shape=LINE,
     node=("AveragePool", {"kernel_shape": [3], "strides": [2]}))
case("max pool", lambda h: F.max_pool1d(h, 3, 2), shape=LINE,
     node=("MaxPool", {"kernel_shape": [3], "strides": [2]}))
case("Lp pool", lambda h: F.lp_pool1d(h.abs(), 3, 3, 2), shape=LINE,
     node=("LpPool", {"kernel_shape": [3], "strides": [2], "p": 3}))
case("mean of tensors", lambda h: (h + COLUMN) / 2)
case("pad", lambda h: torch.cat([h[..., 1:2], h, h[..., 2:3]], 3),
     node=("Pad", {"mode": "reflect"}), constants=[np.array([0, 0, 0, 1, 0, 0, 0, 1])])
case("slice", lambda h: h[..., 1:])
case("transpose", lambda h: h.permute(0, 3, 1, 2).contiguous())
case("gather", lambda h: h[:, :, :, [2, 0, 2]], node=("Gather", {"axis": 3}),
     constants=[np.array([2, 0, 2])])
case("concat", lambda h: torch.cat([h, COLUMN.reshape(1, 1, 3, 1).expand(1, 2, 3, 1)], 3))
case("negate", torch.neg, node=("Neg", {}))
case("absolute", torch.abs, node=("Abs", {}))
case("resize", lambda h: F.interpolate(h, size=(6, 8), mode="bilinear", align_corners=False),
     node=("Resize", {"mode": "linear"}),
     constants=[np.zeros(0, dtype=np.float32), np.array([1, 1, 2, 2], dtype=np.float32)])
case("resize by corners",
     lambda h: F.interpolate(h, size=(5, 7), mode="bilinear", align_corners=True))

print(json.dumps(
    {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__, "cases": CASES},
    separators=(",", ":")).replace('},"', '},\n"').replace('"cases":{', '"cases":{\n'))
