"""Writes the networks of the benchmarks as ONNX files: the shapes of the published architectures
with seeded weights, so that nothing is downloaded. Convolutions and batch normalisations stay
apart, as a training framework exports them.

usage: python networks.py FOLDER [NAME ...]
"""
import pathlib
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Builder:
    """A network in the making. Values are names; the batch is the symbol N."""

    def __init__(self, name, channels, side):
        self.name = name
        self.random = np.random.default_rng(sum(name.encode()))
        self.nodes, self.constants = [], []
        self.shapes = {"input": (channels, side, side)}

    def constant(self, array):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array.astype(np.float32), name))
        return name

    def node(self, operator, inputs, shape, **attributes):
        output = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        self.shapes[output] = shape
        return output

    def convolution(self, x, outputs, kernel, stride=1, pad=0, groups=1, bias=True):
        channels, height, width = self.shapes[x]
        inputs = channels // groups
        deviation = np.sqrt(2 / (inputs * kernel * kernel))
        weights = self.random.normal(0, deviation, (outputs, inputs, kernel, kernel))
        operands = [x, self.constant(weights)]
        if bias:
            operands.append(self.constant(self.random.normal(0, 0.05, outputs)))
        side = [(size + 2 * pad - kernel) // stride + 1 for size in (height, width)]
        return self.node(
            "Conv", operands, (outputs, *side), kernel_shape=[kernel] * 2, strides=[stride] * 2,
            pads=[pad] * 4, group=groups)

    def normalization(self, x, gain=1.0):
        channels = self.shapes[x][0]
        gamma = gain * self.random.uniform(0.8, 1.2, channels)
        operands = [x, self.constant(gamma)]
        operands += [self.constant(self.random.normal(0, 0.1, channels)) for _ in range(2)]
        operands.append(self.constant(self.random.uniform(0.8, 1.2, channels)))
        return self.node("BatchNormalization", operands, self.shapes[x], epsilon=1e-5)

    def relu(self, x):
        return self.node("Relu", [x], self.shapes[x])

    def relu6(self, x):
        bounds = [self.constant(np.array(bound)) for bound in (0, 6)]
        return self.node("Clip", [x, *bounds], self.shapes[x])

    def add(self, x, y):
        return self.node("Add", [x, y], self.shapes[x])

    def concatenation(self, *parts):
        channels = sum(self.shapes[part][0] for part in parts)
        return self.node("Concat", parts, (channels, *self.shapes[parts[0]][1:]), axis=1)

    def max_pool(self, x, kernel, stride, pad=0):
        channels, height, width = self.shapes[x]
        side = [(size + 2 * pad - kernel) // stride + 1 for size in (height, width)]
        return self.node(
            "MaxPool", [x], (channels, *side), kernel_shape=[kernel] * 2, strides=[stride] * 2,
            pads=[pad] * 4)

    def mean(self, x):
        return self.node("GlobalAveragePool", [x], (self.shapes[x][0], 1, 1))

    def flatten(self, x):
        return self.node("Flatten", [x], (int(np.prod(self.shapes[x])),), axis=1)

    def dense(self, x, outputs):
        inputs, = self.shapes[x]
        weights = self.random.normal(0, np.sqrt(2 / inputs), (outputs, inputs))
        operands = [x, self.constant(weights), self.constant(self.random.normal(0, 0.05, outputs))]
        return self.node("Gemm", operands, (outputs,), transB=1)

    def model(self, x):
        """The model whose output is the softmax of x."""
        output = self.node("Softmax", [x], self.shapes[x], axis=1)
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", *self.shapes["input"]])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", *self.shapes[output]])],
            self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model


def digits():
    """The convolutional network of the fixtures."""
    net = Builder("digits", 1, 28)
    x = net.max_pool(net.relu(net.convolution("input", 32, 3)), 2, 2)
    x = net.relu(net.dense(net.flatten(x), 128))
    return net.model(net.dense(x, 10))


def lenet5():
    """LeCun et al. 1998, with ReLU and max pools."""
    net = Builder("lenet5", 1, 28)
    x = net.max_pool(net.relu(net.convolution("input", 6, 5, pad=2)), 2, 2)
    x = net.max_pool(net.relu(net.convolution(x, 16, 5)), 2, 2)
    x = net.relu(net.dense(net.flatten(x), 120))
    return net.model(net.dense(net.relu(net.dense(x, 84)), 10))


def residual(name, bottleneck, depths):
    """He et al. 2015, the stride at the 3 x 3 convolution as torchvision has it."""
    net = Builder(name, 3, 224)

    def normalized(x, outputs, kernel, stride=1, gain=1.0):
        x = net.convolution(x, outputs, kernel, stride, kernel // 2, bias=False)
        return net.normalization(x, gain)

    x = net.max_pool(net.relu(normalized("input", 64, 7, 2)), 3, 2, 1)
    for stage, depth in enumerate(depths):
        width = 64 << stage
        for block in range(depth):
            stride = 2 if stage > 0 and block == 0 else 1
            if bottleneck:
                y = net.relu(normalized(x, width, 1))
                y = net.relu(normalized(y, width, 3, stride))
                y = normalized(y, 4 * width, 1, gain=0.3)
            else:
                y = net.relu(normalized(x, width, 3, stride))
                y = normalized(y, width, 3, gain=0.3)
            if net.shapes[x] != net.shapes[y]:
                x = normalized(x, net.shapes[y][0], 1, stride)
            x = net.relu(net.add(y, x))
    return net.model(net.dense(net.flatten(net.mean(x)), 1000))


def resnet18():
    return residual("resnet18", False, [2, 2, 2, 2])


def resnet50():
    return residual("resnet50", True, [3, 4, 6, 3])


def vgg11():
    """Simonyan and Zisserman 2014, configuration A."""
    net = Builder("vgg11", 3, 224)
    x = "input"
    for width, depth in ((64, 1), (128, 1), (256, 2), (512, 2), (512, 2)):
        for _ in range(depth):
            x = net.relu(net.convolution(x, width, 3, pad=1))
        x = net.max_pool(x, 2, 2)
    x = net.relu(net.dense(net.flatten(x), 4096))
    return net.model(net.dense(net.relu(net.dense(x, 4096)), 1000))


def squeezenet():
    """SqueezeNet 1.1 of Iandola et al."""
    net = Builder("squeezenet", 3, 224)
    x = net.max_pool(net.relu(net.convolution("input", 64, 3, 2)), 3, 2)
    for index, (squeeze, expand) in enumerate(
            ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))):
        x = net.relu(net.convolution(x, squeeze, 1))
        x = net.concatenation(
            net.relu(net.convolution(x, expand, 1)),
            net.relu(net.convolution(x, expand, 3, pad=1)))
        if index in (1, 3):
            x = net.max_pool(x, 3, 2)
    x = net.relu(net.convolution(x, 1000, 1))
    return net.model(net.flatten(net.mean(x)))


def mobilenetv2():
    """Sandler et al. 2018, width 1."""
    net = Builder("mobilenetv2", 3, 224)

    def normalized(x, outputs, kernel, stride=1, groups=1, gain=1.0):
        x = net.convolution(x, outputs, kernel, stride, kernel // 2, groups, bias=False)
        return net.normalization(x, gain)

    x = net.relu6(normalized("input", 32, 3, 2))
    blocks = (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
        (6, 320, 1, 1))
    for expansion, outputs, depth, first_stride in blocks:
        for block in range(depth):
            channels = net.shapes[x][0]
            stride = first_stride if block == 0 else 1
            y = x
            if expansion > 1:
                y = net.relu6(normalized(y, expansion * channels, 1))
            y = net.relu6(normalized(y, expansion * channels, 3, stride, expansion * channels))
            y = normalized(y, outputs, 1, gain=0.5)
            x = net.add(x, y) if stride == 1 and channels == outputs else y
    x = net.relu6(normalized(x, 1280, 1))
    return net.model(net.dense(net.flatten(net.mean(x)), 1000))


def quantized(make):
    """A network in 8 bits: QuantizeLinear and DequantizeLinear around its operators, the weights
    of each output channel with a scale of their own, as onnxruntime's quantiser writes it."""
    from onnxruntime import quantization

    class Images(quantization.CalibrationDataReader):
        def __init__(self, shape):
            random = np.random.default_rng(1)
            self.images = iter(random.uniform(0, 1, (8, 1, *shape)).astype(np.float32))

        def get_next(self):
            image = next(self.images, None)
            return None if image is None else {"input": image}

    def model():
        source = make()
        shape = [axis.dim_value for axis in source.graph.input[0].type.tensor_type.shape.dim[1:]]
        with tempfile.TemporaryDirectory() as folder:
            target = pathlib.Path(folder) / "quantized.onnx"
            quantization.quantize_static(
                source, target, Images(shape), quant_format=quantization.QuantFormat.QDQ,
                per_channel=True)
            return onnx.load(target)

    model.__name__ = f"{make.__name__}_int8"
    return model


NETWORKS = {
    make.__name__: make
    for make in (digits, lenet5, resnet18, resnet50, vgg11, squeezenet, mobilenetv2,
                 quantized(digits), quantized(resnet18))}

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or NETWORKS:
        onnx.save(NETWORKS[name](), folder / f"{name}.onnx")
