#!/usr/bin/env python3
"""Writes heat maps that TensorFlow computes of two small models, and the models.

    python explain/testdata/generate.py

needs Keras 3.15.1 on TensorFlow 2.21. Beside each model NAME.keras lies NAME.json with a batch of inputs and, for
each case, the maps of its samples. The numbers are the same on every run.
"""

import json
import os
import pathlib
import sys

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="")
sys.dont_write_bytecode = True

import keras
import numpy as np
import tensorflow as tf
from keras import layers

HERE = pathlib.Path(__file__).parent


def flat():
    """A stack that ends in one sigmoid."""
    return keras.Sequential(
        [
            keras.Input((12, 10, 3)),
            layers.Conv2D(5, 3, activation="relu", name="first"),
            layers.MaxPooling2D(name="pool"),
            layers.Conv2D(6, 3, padding="same", activation="relu", name="second"),
            layers.Flatten(name="flat"),
            layers.Dense(8, activation="tanh", name="hidden"),
            layers.Dense(1, activation="sigmoid", name="decision"),
        ],
        name="flat",
    )


def nested():
    """A head of three classes on a base that is a model of its own."""
    pixels = keras.Input((12, 12, 3), name="pixels")
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False, name="conv")(pixels)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.ReLU(name="relu")(x)
    y = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(x)
    x = layers.Add(name="add")([x, y])
    base = keras.Model(pixels, x, name="base")
    outside = keras.Input((12, 12, 3), name="outside")
    features = base(outside)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(features)
    return keras.Model(outside, layers.Dense(3, activation="softmax", name="decision")(layers.Dropout(0.3, name="drop")(pooled)), name="nested")


def fill(model, r):
    """Weights so small that tanh and sigmoid do not saturate."""
    for w in model.weights:
        low, high = (0.5, 1.5) if w.name in ("gamma", "moving_variance") else (-0.2, 0.22)
        w.assign(np.round(r.uniform(low, high, w.shape), 3))


def run(model, x, watch):
    """The result of the watched layer and, computed from it, the model's outputs."""
    seen = []

    def through(stack, x):
        for layer in stack:
            x = layer(x, training=False)
            if layer.name == watch:
                seen.append(x)
        return x

    if model.name == "flat":
        return through(model.layers, x), seen
    base = model.get_layer("base")
    x = through([base.get_layer(name) for name in ("conv", "norm", "relu")], x)
    x = through([base.get_layer("add")], [x, base.get_layer("depthwise")(x)])
    return through(model.layers[2:], x), seen


def maps(model, x, layer, classes, probability, method):
    last = model.layers[-1]
    activation = last.activation
    if not probability:
        last.activation = keras.activations.linear
    try:
        with tf.GradientTape(persistent=True) as tape:
            x = tf.constant(x)
            tape.watch(x)
            outputs, watched = run(model, x, layer.rpartition("/")[2])
            if outputs.shape[1] == 1:
                y = tf.where(tf.equal(classes, 1), outputs[:, 0], -outputs[:, 0])
            else:
                y = tf.gather(outputs, classes, axis=1, batch_dims=1)
        if method == "saliency":
            return tf.reduce_max(tf.abs(tape.gradient(y, x)), -1).numpy()
        a, g = watched[0].numpy().astype("float64"), tape.gradient(y, watched[0]).numpy().astype("float64")
        if method == "grad-cam":
            weights = g.mean((1, 2))
        else:  # equations 10 to 12 of Chattopadhay et al., with Y = exp(S)
            e = np.exp(y.numpy().astype("float64"))[:, None, None, None]
            below = 2 * e * g**2 + a.sum((1, 2), keepdims=True) * e * g**3
            alpha = np.where(below != 0, e * g**2 / np.where(below != 0, below, 1), 0)
            weights = (alpha * np.maximum(e * g, 0)).sum((1, 2)) / e[:, 0, 0]
        return np.maximum((a * weights[:, None, None, :]).sum(-1), 0)
    finally:
        last.activation = activation


def places(side, patch, stride):
    """Where patches begin along a side: every stride, the last one at the end."""
    return sorted({min(at, side - patch) for at in range(0, side - patch + stride, stride)})


def falls(model, x, classes, patch, stride):
    """Occlusion: at each pixel the mean fall of the class's probability over the patches that cover it."""

    def probability(pictures, number):
        p = model(pictures, training=False).numpy().astype("float64")
        if p.shape[1] == 1:
            p = np.concatenate([1 - p, p], 1)
        return p[:, number]

    height, width = x.shape[1:3]
    corners = [(top, left) for top in places(height, patch, stride) for left in places(width, patch, stride)]
    result = []
    for picture, number in zip(x, classes):
        covers = np.zeros((len(corners), height, width))
        for cover, (top, left) in zip(covers, corners):
            cover[top : top + patch, left : left + patch] = 1
        covered = np.where(covers[..., None] == 1, picture.mean((0, 1), dtype="float64"), picture).astype("float32")
        fall = probability(picture[None], number) - probability(covered, number)
        result.append((covers * fall[:, None, None]).sum(0) / covers.sum(0))
    return np.stack(result)


def features(model, x, layer):
    """What a layer makes of the pictures."""
    return run(model, tf.constant(x), layer.rpartition("/")[2])[1][0].numpy()


def numbers(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "values": [float(f"{v:.7g}") for v in x.astype("float64").ravel()]}


def write(model, seed, deep, last):
    r = np.random.default_rng(seed)
    fill(model, r)
    x = np.round(r.uniform(0, 1, (3, *model.input_shape[1:])), 3).astype("float32")
    p = model(x, training=False).numpy()
    likeliest = (p[:, 0] > 0.5).astype(int) if p.shape[1] == 1 else p.argmax(1)
    cases = []
    for name, layer, which in [("", last, None), (deep, deep, None), ("", last, 0), ("", last, 1)]:
        classes = likeliest if which is None else np.full(len(x), which)
        for method in ("grad-cam", "grad-cam++", "saliency"):
            for probability in (False, True):
                if method == "saliency" and name:
                    continue
                cases.append(
                    {
                        "method": method, "layer": name, "path": layer, "class": "" if which is None else str(which),
                        "probability": probability, "maps": numbers(maps(model, x, layer, classes, probability, method)),
                    }
                )
        for patch, stride in [] if name else [(1, 1), (4, 3), (5, 5)]:
            cases.append(
                {
                    "method": "occlusion", "class": "" if which is None else str(which), "patch": patch, "stride": stride,
                    "maps": numbers(falls(model, x, classes, patch, stride)),
                }
            )
    for name, layer in [("", last), (deep, deep)]:
        cases.append({"method": "features", "layer": name, "path": layer, "maps": numbers(features(model, x, layer))})
    model.save(HERE / f"{model.name}.keras")
    with open(HERE / f"{model.name}.json", "w") as file:
        json.dump({"inputs": numbers(x), "likeliest": likeliest.tolist(), "cases": cases}, file)
        file.write("\n")


write(flat(), 3, "pool", "second")
write(nested(), 4, "base/relu", "base/add")
