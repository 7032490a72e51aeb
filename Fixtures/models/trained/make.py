"""Records what the trained networks' own frameworks compute.

usage: python make.py   (onnxruntime 1.32.0 for .onnx; Keras 3.15.1 with TensorFlow for .h5)
Run it in an environment that has one of the two: files of the other are left as they are.
"""
import os

import numpy

SHAPES = {
    "basic_pitch.onnx": (1, 43844, 1),
    "text_direction.onnx": (2, 3, 48, 192),
    "emotion.h5": (4, 64, 64, 1),
}


def inputs(name):
    generator = numpy.random.default_rng(11)
    x = generator.uniform(-1, 1, SHAPES[name]).astype(numpy.float32)
    if name == "basic_pitch.onnx":
        # Two tones and a little noise: what the network was made for.
        time = numpy.arange(43844) / 22050
        tones = 0.4 * numpy.sin(2 * numpy.pi * 440 * time)
        tones += 0.3 * numpy.sin(2 * numpy.pi * 659.3 * time)
        x = (tones[None, :, None] + 0.01 * x).astype(numpy.float32)
    return x


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    for name in SHAPES:
        x = inputs(name)
        if name.endswith(".onnx"):
            try:
                import onnxruntime
            except ImportError:
                continue
            session = onnxruntime.InferenceSession(name, providers=["CPUExecutionProvider"])
            outputs = session.run(None, {session.get_inputs()[0].name: x})
        else:
            try:
                import keras
            except ImportError:
                continue
            outputs = [keras.saving.load_model(name, compile=False)(x).numpy()]
        stem = name.rsplit(".", 1)[0]
        numpy.save(f"{stem}.x.npy", x)
        for index, y in enumerate(outputs):
            # The first rows of a long output say enough.
            numpy.save(f"{stem}.y{index}.npy", y[:, :40] if y.ndim == 3 else y)
            print(name, y.shape)


main()
