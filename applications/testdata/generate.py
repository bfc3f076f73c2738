"""Writes applications.json: what Keras' applications are made of and compute.

    python applications/testdata/generate.py [TITLE ...]

needs Keras 3.15.1 on TensorFlow 2.21. Held per application are the number of
weights and layers, a hash of the layers' names and classes in their order,
with and without top, and, for those that have a side in the table, results
for one small picture: the logits of ten classes and some of the last spatial
layer's values. The weights and the picture follow a formula (value and weight
below), which the test in Go has too.
"""

import hashlib
import json
import math
import os
import pathlib
import sys

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="")

import keras
import numpy as np
from keras import layers
from networks import OWN

# title: (side of the picture or None, last spatial layer, whether the picture is 0 to 255).
TABLE = {
    "VGG16": (None, "block5_pool", False),
    "VGG19": (None, "block5_pool", False),
    "ResNet50": (64, "conv5_block3_out", False),
    "ResNet101": (None, "conv5_block3_out", False),
    "ResNet152": (None, "conv5_block3_out", False),
    "ResNet50V2": (64, "post_relu", False),
    "ResNet101V2": (None, "post_relu", False),
    "ResNet152V2": (None, "post_relu", False),
    "ResNet20": (32, "conv4_block3_out", False),
    "ResNet56": (32, "conv4_block9_out", False),
    "InceptionV3": (75, "mixed10", False),
    "InceptionResNetV2": (None, "conv_7b_ac", False),
    "Xception": (71, "block14_sepconv2_act", False),
    "SqueezeNet": (67, "fire9_concat", False),
    "SqueezeNet1_1": (67, "fire9_concat", False),
    "MobileNet": (64, "conv_pw_13_relu", False),
    "MobileNetV2": (64, "out_relu", False),
    "MobileNetV3Small": (64, "activation_17", True),
    "MobileNetV3Large": (None, "activation_19", True),
    "DenseNet121": (64, "relu", False),
    "DenseNet169": (None, "relu", False),
    "DenseNet201": (None, "relu", False),
    "NASNetMobile": (64, "activation_187", False),
    "NASNetLarge": (None, "activation_259", False),
    "EfficientNetB0": (64, "top_activation", True),
    "EfficientNetB1": (None, "top_activation", True),
    "EfficientNetB2": (None, "top_activation", True),
    "EfficientNetB3": (None, "top_activation", True),
    "EfficientNetB4": (None, "top_activation", True),
    "EfficientNetB5": (None, "top_activation", True),
    "EfficientNetB6": (None, "top_activation", True),
    "EfficientNetB7": (None, "top_activation", True),
    "EfficientNetV2B0": (64, "top_activation", True),
    "EfficientNetV2B1": (None, "top_activation", True),
    "EfficientNetV2B2": (None, "top_activation", True),
    "EfficientNetV2B3": (None, "top_activation", True),
    "EfficientNetV2S": (None, "top_activation", True),
    "EfficientNetV2M": (None, "top_activation", True),
    "EfficientNetV2L": (None, "top_activation", True),
    "ConvNeXtTiny": (64, "add_17", True),
    "ConvNeXtSmall": (None, "add_35", True),
    "ConvNeXtBase": (None, "add_35", True),
    "ConvNeXtLarge": (None, "add_35", True),
    "ConvNeXtXLarge": (None, "add_35", True),
}


def uniform(stream, count):
    """Numbers in [0, 1): the finaliser of SplitMix64 over stream and index."""
    z = np.arange(count, dtype=np.uint64) + np.uint64((stream + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(40)).astype(np.float64) / (1 << 24)


def weight(stream, layer, variable):
    u, kind = uniform(stream, math.prod(variable.shape)).reshape(variable.shape), type(layer).__name__
    if variable.name.endswith("kernel"):
        depthwise = kind == "DepthwiseConv2D" or variable.name == "depthwise_kernel"
        fan = math.prod(variable.shape[:2] if depthwise else variable.shape[:-1])
        return (2 * u - 1) * math.sqrt(6 / fan)
    if variable.name in ("gamma", "moving_variance", "variance") or kind == "LayerScale":
        return 0.75 + 0.5 * u
    return 0.1 * (2 * u - 1)


def fill(model):
    stream = 1
    for layer in model.layers:
        for variable in layer.weights:
            if variable.name == "count":
                continue
            variable.assign(weight(stream, layer, variable).astype("float32"))
            stream += 1
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()  # it computes with what its weights were then


def build(title, **arguments):
    keras.backend.clear_session()
    return (OWN[title] if title in OWN else getattr(keras.applications, title))(weights=None, **arguments)


def structure(model):
    text = "".join(f"{layer.name} {type(layer).__name__}\n" for layer in model.layers)
    return {"parameters": model.count_params(), "layers": len(model.layers), "names": hashlib.sha256(text.encode()).hexdigest()}


def numbers(values):
    return [float(str(v)) for v in values]


def results(title, side, last, pixels):
    model = build(title, input_shape=(side, side, 3), classes=10, classifier_activation=None)
    fill(model)
    picture = uniform(0, side * side * 3).reshape(1, side, side, 3)
    picture = (255 * picture if pixels else 2 * picture - 1).astype("float32")
    [spatial] = [operation.output for operation in model.operations if operation.name == last]  # layers and bare additions
    both = keras.Model(model.inputs, [spatial, model.outputs[0]])
    features, logits = (np.asarray(v).ravel() for v in both(picture, training=False))
    places = np.random.default_rng(0).choice(np.flatnonzero(features), 12)
    return {
        "side": side, "pixels": pixels, "logits": numbers(logits), "largest": float(str(np.abs(features).max())),
        "places": places.tolist(), "features": numbers(features[places]),
    }


def row(title):
    side, last, pixels = TABLE[title]
    case = {"title": title, "last": last, "whole": structure(build(title))}
    # NASNet without a size leaves layers out that its published weights have.
    size = {"input_shape": (331, 331, 3)} if title == "NASNetLarge" else {}
    case["features"] = structure(build(title, include_top=False, pooling="avg", **size))
    if side:
        case["results"] = results(title, side, last, pixels)
    print(title, case["whole"]["parameters"], case.get("results", {}).get("largest"), flush=True)
    return case


path = pathlib.Path(__file__).parent / "applications.json"
known = {case["title"]: case for case in json.loads(path.read_text())} if path.exists() else {}
known.update((title, row(title)) for title in sys.argv[1:] or TABLE)
path.write_text("[\n" + ",\n".join(json.dumps(known[title]) for title in TABLE if title in known) + "\n]\n")
