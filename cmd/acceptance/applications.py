"""Keras' half of the row applications: python applications.py TASK REQUEST.json ANSWER.json

The tasks are the table at the end.
"""

import json
import sys
import unittest.mock

import h5py
import keras
import numpy as np
from keras.src.legacy.saving import legacy_h5_format


def build(request):
    """The application that is asked for, untrained, with logits at its end."""
    sys.path.insert(0, request["networks"])
    from networks import OWN

    title = request["title"]
    arguments = {"weights": None, "classifier_activation": None, **(request["arguments"] or {})}
    if title in OWN:
        return OWN[title](**arguments)
    # EfficientNet has a layer more for the published weights, which are not fetched here.
    with unittest.mock.patch("keras.src.utils.file_utils.get_file"), unittest.mock.patch.object(keras.Model, "load_weights"):
        return getattr(keras.applications, title)(**arguments)


def drawn(rng, layer, variable):
    """Values that keep the signal's size through a layer."""
    shape, name, kind = variable.shape, variable.name, type(layer).__name__
    if name.endswith("kernel"):
        depthwise = kind == "DepthwiseConv2D" or name == "depthwise_kernel"
        return rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:2] if depthwise else shape[:-1]))
    if name in ("gamma", "variance") or kind == "LayerScale":
        return rng.uniform(0.5, 1.5, shape)
    return 0.1 * rng.standard_normal(shape)


def randomize(model, x, rng):
    """Draws all weights. The averages of a batch normalisation are drawn around
    0 and around the mean square of what it gets when the model sees x, without
    which deep networks would grow without bounds and be ruled by rounding."""
    for layer in model.layers:
        for variable in layer.weights:
            if variable.name != "count" and not variable.name.startswith("moving_"):
                variable.assign(drawn(rng, layer, variable).astype("float32"))
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
    normalize = keras.layers.BatchNormalization.call

    def measured(layer, inputs, training=None, mask=None):
        size, shape = np.mean(np.asarray(inputs) ** 2), layer.moving_mean.shape
        layer.moving_mean.assign((0.2 * np.sqrt(size) * rng.standard_normal(shape)).astype("float32"))
        layer.moving_variance.assign((size * rng.uniform(0.5, 1.5, shape)).astype("float32"))
        return normalize(layer, inputs, training=False)

    with unittest.mock.patch.object(keras.layers.BatchNormalization, "call", measured):
        model(x, training=False)


def make(request):
    """Randomises an application, saves it as .h5 of the published layout and as .keras, and runs it."""
    model, rng = build(request), np.random.Generator(np.random.Philox(request["seed"]))
    x = np.load(request["pictures"])["x"]
    randomize(model, x, rng)
    with h5py.File(request["legacy"], "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    model.save(request["archive"])
    [last] = [operation.output for operation in model.operations if operation.name == request["last"]]
    both = keras.Model(model.inputs, [last, model.outputs[0]])
    features, logits = both.predict(x, verbose=0)
    np.savez(request["results"], features=features, logits=logits)
    return {
        "layers": [layer.name for layer in model.layers], "classes": [type(layer).__name__ for layer in model.layers],
        "parameters": model.count_params(),
    }


TASKS = {"make": make}

if __name__ == "__main__":
    task, request, answer = sys.argv[1:]
    with open(request) as file:
        result = TASKS[task](json.load(file))
    with open(answer, "w") as file:
        json.dump(result, file)
