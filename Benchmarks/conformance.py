"""Prints how Proofmark's engine does on the test data of the ONNX standard, by operator tier.

    python conformance.py RUNNER [--peer]

RUNNER is the built `onnx-conformance`. Needs onnx 1.19.1 (its wheel holds the data; newer ones do
not) and numpy; with --peer also onnxruntime, whose passes are counted beside ours. The light models
get the inputs of ONNX's own test runner; their outputs are in the wheel.
"""

import os
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import numpy_helper

TIERS = {
    1: """Conv MaxPool AveragePool GlobalAveragePool GlobalMaxPool Gemm MatMul BatchNormalization
        Relu LeakyRelu PRelu Clip Elu Selu HardSigmoid HardSwish Sigmoid Tanh Softmax LogSoftmax Add
        Sub Mul Div Concat Flatten Reshape Transpose Pad Squeeze Unsqueeze Dropout Identity Constant
        ReduceMean""",
    2: """LRN Sum Resize ConvTranspose Slice Split Shape Gather Cast Expand Range ConstantOfShape
        Where Pow Sqrt Exp Log Erf Gelu Mish Softplus InstanceNormalization LayerNormalization
        GroupNormalization ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMin
        ReduceProd ReduceSum ReduceSumSquare ArgMax ArgMin TopK DepthToSpace SpaceToDepth CumSum
        Tile Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Not Sin Cos Tan Asin Acos Atan
        Sinh Cosh Asinh Acosh Atanh LSTM GRU RNN If Loop Neg Abs Floor Ceil Round Sign Reciprocal
        Max Min Mean Mod Softsign ThresholdedRelu Celu Shrink Size IsNaN IsInf""",
    3: """QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearConv QLinearMatMul
        ConvInteger MatMulInteger""",
}
TIER = {name: tier for tier, names in TIERS.items() for name in names.split()}
DATA = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data")


def operator(folder):
    """The operator that a node test is about; None for expanded functions and others."""
    if folder.endswith("_expanded") or "_expanded_" in folder:
        return None
    model = onnx.load(os.path.join(DATA, "node", folder, "model.onnx"), load_external_data=False)
    names = {node.op_type for node in model.graph.node}
    return names.pop() if len(names) == 1 else None


def run(runner, *arguments):
    output = subprocess.run([runner, *arguments], capture_output=True, text=True, check=True).stdout
    lines = [line.split("\t") for line in output.splitlines() if line.count("\t") == 2]
    return {name: (verdict, reason) for verdict, name, reason in lines}


def peer_passes(folder):
    """Whether onnxruntime passes a node test."""
    import onnxruntime

    path = os.path.join(DATA, "node", folder)
    try:
        session = onnxruntime.InferenceSession(
            os.path.join(path, "model.onnx"), providers=["CPUExecutionProvider"])
        for name in sorted(os.listdir(path)):
            if not name.startswith("test_data_set"):
                continue
            read = lambda kind, index: numpy_helper.to_array(
                onnx.load_tensor(os.path.join(path, name, f"{kind}_{index}.pb")))
            feeds = {value.name: read("input", i) for i, value in enumerate(session.get_inputs())}
            for index, found in enumerate(session.run(None, feeds)):
                numpy.testing.assert_allclose(found, read("output", index), rtol=1e-3, atol=1e-7)
        return True
    except Exception:
        return False


def light_folders(target):
    """The light models as folders of test data."""
    light = os.path.join(DATA, "light")
    for file in sorted(os.listdir(light)):
        if not file.endswith(".onnx"):
            continue
        name = file.removesuffix(".onnx")
        folder = os.path.join(target, name)
        os.makedirs(os.path.join(folder, "test_data_set_0"))
        os.symlink(os.path.join(light, file), os.path.join(folder, "model.onnx"))
        model = onnx.load(os.path.join(light, file))
        constants = {tensor.name for tensor in model.graph.initializer}
        inputs = [value for value in model.graph.input if value.name not in constants]
        for index, value in enumerate(inputs):
            shape = tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)
            count = int(numpy.prod(shape))
            # As Runner.generate_dummy_data(random=False).
            data = (numpy.arange(count).reshape(shape) / count).astype(numpy.float32)
            tensor = numpy_helper.from_array(data, value.name)
            onnx.save_tensor(tensor, os.path.join(folder, "test_data_set_0", f"input_{index}.pb"))
        os.symlink(
            os.path.join(light, f"{name}_output_0.pb"),
            os.path.join(folder, "test_data_set_0", "output_0.pb"))


def main():
    runner = sys.argv[1]
    found = run(runner, os.path.join(DATA, "node"))
    tiers = {}
    for folder, (verdict, reason) in found.items():
        name = operator(folder)
        tier = TIER.get(name, 0) if name else 0
        tiers.setdefault(tier, []).append((name, folder, verdict, reason))
    for tier in (1, 2, 3, 0):
        tests = tiers.get(tier, [])
        passed = sum(verdict == "pass" for _, _, verdict, _ in tests)
        line = f"tier {tier}: {passed} of {len(tests)}" if tier else f"others: {passed} of {len(tests)}"
        if "--peer" in sys.argv and tier:
            peer = {folder for _, folder, _, _ in tests if peer_passes(folder)}
            missed = [f for _, f, verdict, _ in tests if f in peer and verdict != "pass"]
            line += f"; onnxruntime {len(peer)}, of which we miss {len(missed)}: {missed}"
        print(line)
        if tier:
            for name, folder, verdict, reason in sorted(tests, key=lambda test: str(test[0])):
                if verdict != "pass":
                    print(f"  {name}\t{folder}\t{verdict}\t{reason}")
    for part in ("simple", "pytorch-converted", "pytorch-operator"):
        results = run(runner, os.path.join(DATA, part))
        print(f"{part}: {sum(v == 'pass' for v, _ in results.values())} of {len(results)}")
        for name, (verdict, reason) in results.items():
            if verdict != "pass":
                print(f"  {name}\t{verdict}\t{reason}")
    with tempfile.TemporaryDirectory() as target:
        light_folders(target)
        results = run(runner, "--kernels-only", target)
        print(f"light: {sum(v == 'pass' for v, _ in results.values())} of {len(results)}")
        for name, (verdict, reason) in results.items():
            print(f"  {name}\t{verdict}\t{reason}")


main()
