"""Small networks of the operators that onnxruntime adds to the standard, and what it computes.

usage: python make.py   (onnx 1.19.1, onnxruntime 1.32.0)
Each model is one file; contributed.json has the inputs, the outputs without graph optimisations and,
where outputs are steps of a quantisation, the step. Weights of int8 stay within 63: on CPUs without
VNNI onnxruntime saturates sums of two products to 16 bits.
"""
import json
import os

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

DOMAIN = "com.microsoft"
random = numpy.random.default_rng(21)
cases = {}


def floats(*shape):
    return random.standard_normal(shape).astype("float32")


def integers(low, high, shape, element):
    return random.integers(low, high, shape).astype(element)


def shortest(array):
    return [float(str(number)) for number in array.ravel()]


def op(name, inputs, outputs="y", domain=DOMAIN, **attributes):
    outputs = [outputs] if isinstance(outputs, str) else outputs
    return helper.make_node(name, inputs, outputs, domain=domain, **attributes)


def case(name, x, nodes, step=None, **constants):
    element = helper.np_dtype_to_tensor_dtype(x.dtype)
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("x", element, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(numpy.asarray(v), k) for k, v in constants.items()])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.save(model, f"{name}.onnx")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        f"{name}.onnx", options, providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": x})[0]
    cases[name] = {"x": shortest(x), "shape": list(x.shape), "y": shortest(y),
                   "outputShape": list(y.shape)}
    if step:
        cases[name]["step"] = step


def fused():
    x = floats(1, 3, 6, 5)
    for name, parameters in [("Relu", None), ("LeakyRelu", [0.1]), ("Clip", [0.0, 1.0]),
                             ("HardSigmoid", [0.3, 0.6])]:
        more = {"activation_params": parameters} if parameters else {}
        node = op("FusedConv", ["x", "w", "b"], activation=name, pads=[1, 1, 1, 1], **more)
        case(f"conv_{name.lower()}", x, [node], w=floats(4, 3, 3, 3), b=floats(4))
    node = op("FusedConv", ["x", "w", "b", "z"], activation="Relu", pads=[1, 1, 1, 1])
    case("conv_sum", x, [node], w=floats(4, 3, 3, 3), b=floats(4), z=floats(1, 4, 6, 5))
    node = op("FusedGemm", ["x", "w", "b"], activation="LeakyRelu", activation_alpha=0.2, transB=1)
    case("gemm", floats(1, 7), [node], w=floats(4, 7), b=floats(4))
    case("gemm_rows", floats(5, 7), [node], w=floats(4, 7), b=floats(4))
    case("matmul", floats(2, 3, 7), [op("FusedMatMul", ["x", "w"], alpha=0.5, transB=1)],
         w=floats(2, 4, 7))
    case("matmul_turned", floats(2, 3, 7), [op("FusedMatMul", ["x", "w"], transA=1)],
         w=floats(2, 3, 4))


def gates():
    x = floats(1, 3, 9)
    case("gelu", x, [op("Gelu", ["x"])])
    case("bias_gelu", x, [op("BiasGelu", ["x", "b"])], b=floats(9))
    case("fast_gelu", x, [op("FastGelu", ["x"])])
    case("fast_gelu_bias", x, [op("FastGelu", ["x", "b"])], b=floats(9))
    case("quick_gelu", x, [op("QuickGelu", ["x"])])


def normalizations():
    x = floats(1, 4, 8)
    case("skip", x, [op("SkipLayerNormalization", ["x", "s", "g", "b", "c"], epsilon=1e-5)],
         s=floats(1, 4, 8), g=floats(8), b=floats(8), c=floats(8))
    case("skip_sum", x,
         [op("SkipLayerNormalization", ["x", "s", "g"], ["n", "", "", "t"]),
          op("Add", ["n", "t"], domain="")], s=floats(1, 4, 8), g=floats(8))
    case("skip_simplified", x, [op("SkipSimplifiedLayerNormalization", ["x", "s", "g"])],
         s=floats(1, 4, 8), g=floats(8))
    case("simplified", x, [op("SimplifiedLayerNormalization", ["x", "g"], domain="", axis=-1)],
         g=floats(8))


def attention():
    x = floats(1, 5, 8)
    weights = {"w": floats(8, 24), "b": floats(24)}
    case("attention", x, [op("Attention", ["x", "w", "b"], num_heads=2)], **weights)
    case("attention_causal", x,
         [op("Attention", ["x", "w", "b"], num_heads=2, unidirectional=1)], **weights)
    case("attention_mask", x, [op("Attention", ["x", "w", "b", "m"], num_heads=2)],
         m=numpy.array([[1, 1, 0, 1, 0]], "int32"), **weights)
    case("attention_sizes", x,
         [op("Attention", ["x", "w", "b"], num_heads=2, qkv_hidden_sizes=[4, 4, 8])],
         w=floats(8, 16), b=floats(16))
    case("attention_heads", x,
         [op("MatMul", ["x", "w"], "q", domain=""), op("MatMul", ["x", "v"], "k", domain=""),
          op("MultiHeadAttention", ["q", "k", "x", "b", "m"], num_heads=2)],
         w=floats(8, 8), v=floats(8, 8), b=floats(24), m=numpy.array([3], "int32"))
    case("embedding", integers(0, 10, (1, 6), "int32"),
         [op("EmbedLayerNormalization", ["x", "i", "we", "pe", "se", "g", "b", "m"], ["e", "k"]),
          op("Attention", ["e", "w", "c", "k"], num_heads=2)],
         i=numpy.array([[0, 0, 1, 1, 1, 0]], "int32"),
         m=numpy.array([[1, 1, 1, 1, 0, 0]], "int32"), we=floats(10, 8), pe=floats(7, 8),
         se=floats(2, 8), g=floats(8), b=floats(8), w=floats(8, 24), c=floats(24))


def quantized():
    x = floats(1, 3, 6, 5)
    scales = {"xs": numpy.float32(0.02), "xz": numpy.uint8(120), "ys": numpy.float32(0.05),
              "yz": numpy.uint8(130)}
    other = {"w": integers(0, 255, (1, 3, 6, 5), "uint8"), "ws": numpy.float32(0.03),
             "wz": numpy.uint8(100)}

    def between(name, inputs, **attributes):
        return [op("QuantizeLinear", ["x", "xs", "xz"], "q"), op(name, inputs, "r", **attributes),
                op("DequantizeLinear", ["r", "ys", "yz"])]

    pair = ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"]
    case("q_add", x, between("QLinearAdd", pair), 0.05, **scales, **other)
    case("q_mul", x, between("QLinearMul", pair), 0.05, **scales, **other)
    for name, operator, attributes in [
            ("sigmoid", "QLinearSigmoid", {}), ("leaky_relu", "QLinearLeakyRelu", {"alpha": 0.1}),
            ("global_pool", "QLinearGlobalAveragePool", {}),
            ("pool", "QLinearAveragePool", {"kernel_shape": [2, 2], "strides": [2, 1]}),
            ("softmax", "QLinearSoftmax", {"axis": -1, "opset": 13})]:
        nodes = between(operator, ["q", "xs", "xz", "ys", "yz"], **attributes)
        case(f"q_{name}", x, nodes, 0.05, **scales)
    case("q_concat", x, between("QLinearConcat", ["ys", "yz", "q", "xs", "xz", "w", "ws", "wz"],
                                axis=1), 0.05, **scales, **other)
    rows = {"w": integers(-63, 64, (7, 4), "int8"), "wz": numpy.zeros(4, "int8"),
            "ws": random.uniform(0.01, 0.02, 4).astype("float32")}
    nodes = between("QGemm", ["q", "xs", "xz", "w", "ws", "wz", "c", "ys", "yz"])
    case("q_gemm", floats(1, 7), nodes, 0.05, c=integers(-500, 500, 4, "int32"), **scales, **rows)
    case("q_gemm_float", floats(3, 7),
         [op("QuantizeLinear", ["x", "xs", "xz"], "q"),
          op("QGemm", ["q", "xs", "xz", "w", "ws", "wz", "c"], transB=1)],
         c=integers(-500, 500, 4, "int32"), w=rows["w"].T.copy(), ws=numpy.float32(0.01),
         wz=numpy.int8(0), xs=scales["xs"], xz=scales["xz"])
    case("dynamic", floats(3, 7), [op("DynamicQuantizeMatMul", ["x", "w", "ws", "wz", "c"])],
         c=floats(4), **rows)
    case("integers", floats(3, 7),
         [op("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], domain=""),
          op("MatMulIntegerToFloat", ["q", "w", "s", "ws", "z", "wz", "c"])], c=floats(4), **rows)
    packed = {"w": integers(0, 255, (3, 3, 8), "uint8"),
              "s": random.uniform(0, 0.1, 9).astype("float32")}
    sizes = {"K": 40, "N": 3, "bits": 4, "block_size": 16}
    case("packed", floats(2, 40), [op("MatMulNBits", ["x", "w", "s"], **sizes)], **packed)
    case("packed_zeros", floats(2, 40), [op("MatMulNBits", ["x", "w", "s", "z"], **sizes)],
         z=integers(0, 255, 6, "uint8"), **packed)
    for direction, count in [("forward", 1), ("reverse", 1), ("bidirectional", 2)]:
        inputs = ["x", "w", "r", "b", "", "", "", "", "ws", "wz", "rs", "rz"]
        case(f"lstm_{direction}", floats(4, 1, 5),
             [op("DynamicQuantizeLSTM", inputs, direction=direction, hidden_size=3)],
             w=integers(65, 190, (count, 5, 12), "uint8"),
             r=integers(65, 190, (count, 3, 12), "uint8"), b=floats(count, 24),
             ws=random.uniform(0.005, 0.025, count).astype("float32"),
             rs=random.uniform(0.005, 0.025, count).astype("float32"),
             wz=integers(120, 135, count, "uint8"), rz=integers(120, 135, count, "uint8"))


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    for part in [fused, gates, normalizations, attention, quantized]:
        part()
    with open("contributed.json", "w") as file:
        json.dump(cases, file, indent=None, sort_keys=True)
        file.write("\n")


main()
