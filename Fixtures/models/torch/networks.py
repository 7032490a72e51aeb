"""Whole modules of torch's own layers, with what torch computes and their exports to ONNX.

usage: python networks.py   (torch 2.13.0, onnx 1.19.1, safetensors 0.6, CPU)
For each network NAME: NAME.pth the module, NAME.onnx its export (opset 20; none for those of
FURTHER), NAME.x.npy inputs and NAME.y.npy what torch computes for them in binary64.
digits_resnet.safetensors holds the tensors of
digits_resnet.pth.
"""
import warnings

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(29)

NETWORKS = {
    "plain": (
        (2, 12, 12),
        nn.Sequential(
            nn.Conv2d(2, 6, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(6, eps=1e-3),
            nn.ReLU6(),
            nn.Sequential(
                nn.Conv2d(6, 6, (3, 1), padding="same", groups=3, dilation=2),
                nn.LeakyReLU(0.2),
                nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
            ),
            nn.Conv2d(6, 4, 1, padding="valid"),
            nn.Hardtanh(-0.5, 0.75),
            nn.AvgPool2d(3, stride=1, padding=1),
            nn.PReLU(4),
            nn.AdaptiveAvgPool2d((2, 1)),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(8, 5),
            nn.Tanh(),
            nn.Identity(),
            nn.Linear(5, 3, bias=False),
            nn.Softmax(dim=1),
        ),
    ),
    "sequence": (
        (3, 10),
        nn.Sequential(
            nn.Conv1d(3, 5, 3, padding=1),
            nn.BatchNorm1d(5),
            nn.SiLU(),
            nn.MaxPool1d(2),
            nn.AvgPool1d(2, ceil_mode=True, count_include_pad=False),
            nn.Linear(3, 4),
            nn.Sigmoid(),
            nn.Flatten(start_dim=1, end_dim=2),
            nn.Unflatten(1, (4, 5)),
            nn.Dropout1d(),
            nn.AdaptiveAvgPool1d(1),
            nn.Flatten(1),
            nn.Linear(4, 3),
            nn.BatchNorm1d(3, affine=False),
        ),
    ),
    "activations": (
        (2, 6, 6),
        nn.Sequential(
            nn.ZeroPad2d((1, 0, 0, 2)),
            nn.Conv2d(2, 4, 3),
            nn.ELU(0.7),
            nn.Conv2d(4, 4, 1),
            nn.SELU(),
            nn.Conv2d(4, 4, 1),
            nn.GELU(),
            nn.Conv2d(4, 4, 1),
            nn.Hardswish(),
            nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1),
            nn.Hardsigmoid(),
            nn.Upsample(scale_factor=2, mode="nearest"),
            nn.Conv2d(3, 2, 2, stride=2),
            nn.Softplus(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(2, 3),
            nn.LogSoftmax(dim=-1),
        ),
    ),
}

for name, (shape, network) in NETWORKS.items():
    # Statistics that are not 0 and 1.
    network.train()
    for _ in range(4):
        network(torch.randn(16, *shape) * 1.5)
    network.eval()
    x = torch.randn(5, *shape)
    torch.save(network, f"{name}.pth")
    np.save(f"{name}.x.npy", x.numpy())
    torch.onnx.export(
        network, (x,), f"{name}.onnx", opset_version=20, input_names=["input"],
        output_names=["output"], dynamic_axes={"input": {0: "N"}, "output": {0: "N"}}, dynamo=False,
        # A batch norm that is fused with a convolution gives other bits.
        training=torch.onnx.TrainingMode.PRESERVE)
    network.double()
    with torch.no_grad():
        np.save(f"{name}.y.npy", network(x.double()).numpy())


class Residual(nn.Module):
    """A module whose forward only its code tells."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.ReLU())

    def forward(self, x):
        return x + self.inner(x)


def hook(module, inputs):
    return inputs


hooked = nn.Sequential(nn.Linear(2, 2))
hooked[0].register_forward_pre_hook(hook)
refused = {
    "custom": nn.Sequential(nn.Linear(2, 2), Residual()),
    "hooked": hooked,
    "unnormalised": nn.Sequential(nn.BatchNorm2d(1, track_running_stats=False)),
    "normed": nn.Sequential(nn.utils.weight_norm(nn.Linear(2, 2))),
    "listed": nn.ModuleList([nn.Linear(2, 2)]),
}
for name, network in refused.items():
    torch.save(network, f"refused_{name}.pth")

save_file(
    {k: v.clone() for k, v in torch.load("../digits_resnet.pth").items()},
    "../digits_resnet.safetensors", metadata={"format": "pt"})

torch.manual_seed(31)
FURTHER = {
    "normed": (
        (4, 6, 5),
        nn.Sequential(
            nn.Conv2d(4, 8, 3, padding=(1, 2), padding_mode="reflect"), nn.GroupNorm(4, 8),
            nn.CELU(0.7), nn.PixelShuffle(2), nn.InstanceNorm2d(2, affine=True), nn.Mish(),
            nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular", stride=2), nn.Softplus(2, 3),
            nn.LocalResponseNorm(3, 0.1, 0.75, 1.5), nn.Threshold(0.2, -0.1),
            nn.Conv2d(3, 4, 3, padding="same", padding_mode="replicate"), nn.Tanhshrink(),
            nn.LayerNorm([6, 7]), nn.GLU(1), nn.RReLU(), nn.InstanceNorm2d(2, track_running_stats=True), nn.RMSNorm(7), nn.LogSigmoid(),
        ),
    ),
    "resampled": (
        (2, 5, 6),
        nn.Sequential(
            nn.ReflectionPad2d((1, 2, 0, 1)), nn.ReplicationPad2d(1), nn.ConstantPad2d((2, 0, 0, 1), 0.5),
            nn.ZeroPad2d((-1, 1, 0, -2)), nn.CircularPad2d((1, 0, 2, 0)),
            nn.Upsample(scale_factor=1.5, mode="bilinear"), nn.AdaptiveAvgPool2d((7, 9)),
            nn.Upsample(size=(11, 8), mode="bicubic"), nn.AdaptiveMaxPool2d((6, 5)),
            nn.Upsample(size=(8, 12), mode="bilinear", align_corners=True),
            nn.Upsample(scale_factor=(1.7, 0.6)), nn.Conv2d(2, 4, 1), nn.Hardshrink(0.1),
            nn.ChannelShuffle(2), nn.Softshrink(0.05), nn.Softmax2d(), nn.UpsamplingNearest2d(size=(4, 6)),
            nn.PixelUnshuffle(2), nn.Softmin(1),
        ),
    ),
    "volumes": (
        (2, 6, 5, 4),
        nn.Sequential(
            nn.ConstantPad3d(1, -0.5), nn.Conv3d(2, 4, 3, stride=(1, 2, 1), padding=1, groups=2),
            nn.BatchNorm3d(4), nn.ReLU(), nn.MaxPool3d(2, stride=1), nn.ConvTranspose3d(4, 2, 2, stride=2),
            nn.AvgPool3d(2, padding=1), nn.Upsample(scale_factor=2), nn.AdaptiveAvgPool3d((3, 2, 1)),
            nn.Flatten(), nn.Linear(12, 3),
        ),
    ),
    "words": ((5,), nn.Sequential(nn.Embedding(9, 4), nn.Flatten(), nn.Linear(20, 3))),
}
for name, (shape, network) in FURTHER.items():
    for key, value in network.state_dict().items():
        if value.is_floating_point():
            value.normal_(0, 0.4) if "var" not in key else value.uniform_(0.5, 1.5)
    network.eval()
    x = torch.randint(0, 9, (3, *shape)) if name == "words" else torch.randn(3, *shape)
    torch.save(network, f"{name}.pth")
    np.save(f"{name}.x.npy", x.numpy())
    network.double()
    with torch.no_grad():
        np.save(f"{name}.y.npy", network(x if name == "words" else x.double()).numpy())
