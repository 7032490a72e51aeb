"""What a team writes today: hash the release, load the model in Keras, predict, attack with ART.

usage: python peer_audit.py RELEASE_FOLDER
The same data and the same six eps as `proofmark audit`.
"""
import hashlib
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import logging
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import numpy as np

release = pathlib.Path(sys.argv[1])
for path in sorted(p for p in release.rglob("*") if p.is_file()):
    hashlib.sha256(path.read_bytes()).hexdigest()

import keras
import tensorflow as tf
from art.attacks.evasion import FastGradientMethod
from art.estimators.classification import TensorFlowV2Classifier

model = keras.models.load_model(release / "model/handwritten_digit_model.h5", compile=False)
golden_in = np.load(release / "goldens/x.npy")
golden_out = np.load(release / "goldens/y.npy")
assert np.abs(model.predict(golden_in, verbose=0) - golden_out).max() < 1e-5

images = (release / "evaluation/images-idx3-ubyte").read_bytes()
labels = (release / "evaluation/labels-idx1-ubyte").read_bytes()
x = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28, 1).astype(np.float32) / 255
y = np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)
print("clean", int((model.predict(x, verbose=0, batch_size=250).argmax(1) == y).sum()))

classifier = TensorFlowV2Classifier(
    model, 10, (28, 28, 1),
    loss_object=tf.keras.losses.SparseCategoricalCrossentropy(), clip_values=(0, 1))
one_hot = np.eye(10, dtype=np.float32)[y]
for eps in (0.01, 0.05, 0.1, 0.15, 0.2, 0.3):
    attacked = FastGradientMethod(classifier, eps=eps, batch_size=250).generate(x, y=one_hot)
    predicted = model.predict(attacked, verbose=0, batch_size=250).argmax(1)
    print("fgsm", eps, int((predicted == y).sum()))
