"""Writes layers.json and names.json: what Keras computes for settings of layers
that internal/golden leaves out, and the names it gives to layers.

    python layers/testdata/generate.py
"""

import inspect
import json
import pathlib

import keras
import numpy as np
from keras.src.applications import convnext, inception_resnet_v2
from keras.src.utils.naming import to_snake_case

HERE = pathlib.Path(__file__).parent
RESIZINGS = ["bilinear", "bicubic", "lanczos3", "lanczos5"]

CASES = [
    ("Dot", dict(axes=1), [(2, 3), (2, 3)]),
    ("Dot", dict(axes=-1, normalize=True), [(2, 3), (2, 3)]),
    ("Dot", dict(axes=(2, 1)), [(2, 4, 3), (2, 3, 2)]),
    ("Dot", dict(axes=(1, 2)), [(2, 4, 3), (2, 2, 4)]),
    ("Dot", dict(axes=1), [(2, 3), (2, 3, 4)]),
    *(("Resizing", dict(height=3, width=4, interpolation=i, antialias=True), [(1, 8, 9, 1)]) for i in RESIZINGS),
    *(("Resizing", dict(height=9, width=6, interpolation=i, antialias=True), [(1, 5, 9, 1)]) for i in RESIZINGS),
    *(("Resizing", dict(height=3, width=11, interpolation=i), [(1, 7, 6, 1)]) for i in RESIZINGS),
    ("Resizing", dict(height=3, width=4, interpolation="nearest", antialias=True), [(1, 8, 9, 1)]),
    ("Resizing", dict(height=6, width=4, pad_to_aspect_ratio=True, fill_value=2.0), [(1, 4, 7, 1)]),
    *(("UpSampling2D", dict(size=(3, 2), interpolation=i), [(1, 3, 4, 1)]) for i in RESIZINGS),
    ("Conv2DTranspose", dict(filters=2, kernel_size=3, dilation_rate=2), [(1, 3, 4, 2)]),
    ("Conv2DTranspose", dict(filters=2, kernel_size=(2, 3), dilation_rate=2, padding="same"), [(1, 3, 4, 2)]),
    ("Normalization", dict(axis=[1, 2], mean=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], variance=[[1.0, 4.0, 9.0], [0.0, 2.0, 3.0]]), [(1, 2, 3, 2)]),
    ("Softmax", dict(axis=[1, 3]), [(1, 2, 3, 2)]),
    ("Add", dict(), [(2, 3), (2, 4, 3)]),
    ("Cropping2D", dict(cropping=((0, 0), (1, 0))), [(1, 2, 3, 1)]),
    ("LayerNormalization", dict(axis=[1, 3]), [(2, 2, 3, 2)]),
    ("CustomScaleLayer", dict(scale=0.17), [(2, 2, 3, 2), (2, 2, 3, 2)]),
    ("LayerScale", dict(init_values=1e-6, projection_dim=3), [(2, 2, 1, 3)]),
    ("StochasticDepth", dict(drop_path_rate=0.25), [(2, 2, 1, 3)]),
]
MODULES = [keras.layers, convnext, inception_resnet_v2]


def array(a):
    return {"dtype": "float32", "shape": list(a.shape), "values": [float(str(x)) for x in a.ravel()]}


def case(index, kind, arguments, shapes):
    rng = np.random.default_rng(index)
    layer = next(getattr(module, kind) for module in MODULES if hasattr(module, kind))(**arguments)
    inputs = [rng.uniform(-1, 1, shape).astype("float32") for shape in shapes]
    given = inputs if len(inputs) > 1 else inputs[0]
    layer(given)
    for w in layer.weights:
        w.assign(rng.uniform(-1, 1, w.shape).astype("float32"))
    return {
        "name": f"{kind} {arguments}", "class_name": kind, "config": layer.get_config(),
        "inputs": [array(x) for x in inputs], "weights": [array(w.numpy()) for w in layer.weights],
        "output": array(np.asarray(layer(given))),
    }


cases = [case(i, *row) for i, row in enumerate(CASES)]
(HERE / "layers.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
names = {name: to_snake_case(name) for name, value in vars(keras.layers).items() if inspect.isclass(value)}
(HERE / "names.json").write_text(json.dumps(names, indent=1, sort_keys=True) + "\n")
