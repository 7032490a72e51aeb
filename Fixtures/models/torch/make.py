"""Small PyTorch files of every form that TorchFile reads or refuses, with what torch says of them.

usage: python make.py   (torch 2.13.0, CPU)
Weights are random with a fixed seed. expected.json holds, for each tensor, its shape, its type,
its first element and the SHA-256 of its elements, row-major and little-endian.
"""
import collections
import copy
import hashlib
import json
import sys
import types
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(11)
expected = {}


def describe(name, tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    content = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return {
        "name": name,
        "shape": list(tensor.shape),
        "type": str(tensor.dtype).removeprefix("torch."),
        "first": float(flat[0]) if flat.numel() else None,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def save(file, value, tensors, legacy=False):
    torch.save(value, file, _use_new_zipfile_serialization=not legacy)
    expected[file] = [describe(name, tensor) for name, tensor in tensors.items()]


def network():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d((2, 2)),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(16, 3),
        nn.Softmax(dim=1),
    )
    model(torch.randn(8, 1, 12, 12))  # Batch norm statistics that are not 0 and 1.
    return model.eval()


class Block(nn.Module):
    """A module with a nested one, a buffer that is not saved, and an absent bias."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.randn(2))
        self.register_buffer("steps", torch.arange(3))
        self.register_buffer("cache", torch.zeros(2), persistent=False)
        self.inner = nn.Sequential(collections.OrderedDict(fc=nn.Linear(2, 2, bias=False)))


model = network()
state = model.state_dict()
save("state_dict.pth", state, state)
save("state_dict_legacy.pth", state, state, legacy=True)

parallel = nn.DataParallel(copy.deepcopy(model))
optimizer = torch.optim.SGD(parallel.parameters(), lr=0.1, momentum=0.9)
parallel(torch.randn(4, 1, 12, 12)).square().sum().backward()
optimizer.step()
checkpoint = {
    "epoch": 3,
    "best": 0.25,
    "arch": "digits",
    "state_dict": parallel.state_dict(),
    "optimizer": optimizer.state_dict(),
}
save("checkpoint.pth", checkpoint, parallel.state_dict())

base = torch.randn(4, 6)
views = {
    "base": base,
    "transposed": base.t(),
    "strided": base[1:, ::2],
    "row": base[2],
    "expanded": base[0, 0].expand(3, 2),
    "permuted": torch.randn(2, 3, 4).permute(2, 0, 1),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "empty_view": base[4:],
    "float64": torch.randn(3, dtype=torch.float64),
    "float16": torch.randn(5).half(),
    "bfloat16": torch.randn(5).bfloat16(),
    "bfloat16_t": torch.randn(2, 3).bfloat16().t(),
    "int64": torch.tensor([-(2**62), 5]),
    "int32": torch.tensor([7, -7], dtype=torch.int32),
    "int16": torch.tensor([300, -300], dtype=torch.int16),
    "int8": torch.tensor([-128, 127], dtype=torch.int8),
    "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "parameter": nn.Parameter(base[:, 1]),
}
save("views.pth", views, views)
save("views_legacy.pth", views, views, legacy=True)
# Types without a storage class of their own are saved with an untyped storage.
untyped = {"uint16": torch.tensor([1, 65535], dtype=torch.uint16),
           "uint64": torch.tensor([2, 2**63], dtype=torch.uint64)}
save("untyped.pth", untyped, untyped)

save("tensor.pth", base.t(), {"": base.t()})
save("module.pth", model, state)
Block.__module__ = "blocks"
sys.modules["blocks"] = types.ModuleType("blocks")
sys.modules["blocks"].Block = Block
block = Block()
save("block.pth", {"epoch": 1, "model": block}, block.state_dict())
# The old form carries the classes' source texts; a short one shows it as well.
torch.serialization.get_source_lines_and_file = lambda _: (["class Module: ...\n"], 0, "m.py")
small = nn.Sequential(nn.Linear(2, 3, bias=False), nn.Flatten())
save("module_legacy.pth", small, small.state_dict(), legacy=True)

quantized = torch.quantize_per_tensor(torch.randn(3), 0.1, 0, torch.qint8)
torch.save({"weight": quantized}, "quantized.pth")
torch.save({"weight": torch.eye(3).to_sparse()}, "sparse.pth")
torch.jit.trace(nn.Linear(2, 1), torch.zeros(1, 2)).save("torchscript.pt")

# What Keras calls the weights of state_dict.pth and how it orders their axes: kernels of
# (rows, columns, inputs, outputs), and the rows of a Dense after Flatten by height, width, channel.
expected["keras"] = [
    describe("conv/kernel", state["0.weight"].permute(2, 3, 1, 0)),
    describe("conv/bias", state["0.bias"]),
    describe("norm/gamma", state["1.weight"]),
    describe("norm/beta", state["1.bias"]),
    describe("norm/moving_mean", state["1.running_mean"]),
    describe("norm/moving_variance", state["1.running_var"]),
    describe("fc/kernel", state["7.weight"].reshape(3, 4, 2, 2).permute(2, 3, 1, 0).reshape(16, 3)),
    describe("fc/bias", state["7.bias"]),
]
depthwise = torch.randn(6, 1, 3, 2)  # Three channels, two outputs of each.
pointwise = torch.randn(4, 6, 1, 1)
separable = {"dw.weight": depthwise, "pw.weight": pointwise, "pw.bias": torch.randn(4)}
save("separable.pth", separable, separable)
expected["keras_separable"] = [
    describe("sep/depthwise_kernel", depthwise.reshape(3, 2, 3, 2).permute(2, 3, 0, 1)),
    describe("sep/pointwise_kernel", pointwise.permute(2, 3, 1, 0)),
    describe("sep/bias", separable["pw.bias"]),
]

with open("expected.json", "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
