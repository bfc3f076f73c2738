"""TensorFlow's half of the row of heat maps: python gradcam.py TASK REQUEST.json ANSWER.json"""

import json
import os
import sys

import numpy as np


def through(model, layer, x):
    """The result of a layer, also of one in a model within a stack, and the outputs that follow from it."""
    import keras

    if not isinstance(model, keras.Sequential):
        return keras.Model(model.inputs, [model.get_layer(layer).output, model.outputs[0]])(x, training=False)
    outer, _, inner = layer.partition("/")
    for part in model.layers:
        if part.name == outer and inner:
            watched, x = through(part, inner, x)
            continue
        x = part(x, training=False)
        if part.name == layer:
            watched = x
    return watched, x


def heat(model, x, layer, plus):
    """Heat maps of the likeliest class, divided by their largest value."""
    import keras
    import tensorflow as tf

    model.layers[-1].activation = keras.activations.linear
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        watched, outputs = through(model, layer, x)
        if outputs.shape[1] == 1:
            scores = tf.abs(outputs[:, 0])  # the likelier class's: the logit's negative for class 0
        else:
            scores = tf.reduce_max(outputs, 1)
    g, a = tape.gradient(scores, watched).numpy().astype("float64"), watched.numpy().astype("float64")
    if plus:  # equations 10 to 12 of Chattopadhay et al., whose exp(score) cancels out
        below = 2 * g**2 + a.sum((1, 2), keepdims=True) * g**3
        alpha = np.where(below != 0, g**2 / np.where(below != 0, below, 1), 0)
        weights = (alpha * np.maximum(g, 0)).sum((1, 2))
    else:
        weights = g.mean((1, 2))
    values = np.maximum((a * weights[:, None, None, :]).sum(-1), 0)
    largest = values.max((1, 2), keepdims=True)
    return np.where(largest > 0, values / np.where(largest > 0, largest, 1), 0).astype("float32")


def maps(request):
    """Maps in float32, with or without oneDNN, and by the same model in float64."""
    if not request["onednn"]:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # read when TensorFlow is imported
    import keras

    model = keras.models.load_model(request["model"], compile=False)
    x = np.load(request["arrays"])["x"]
    single = heat(model, x, request["layer"], request["plus"])
    exact = keras.models.model_from_json(model.to_json().replace("float32", "float64"))
    exact.set_weights(model.get_weights())
    double = heat(exact, x.astype("float64"), request["layer"], request["plus"])
    np.savez(request["maps"], single=single, double=double)
    return {}


TASKS = {"maps": maps}

if __name__ == "__main__":
    with open(sys.argv[2]) as file:
        asked = json.load(file)
    answer = TASKS[sys.argv[1]](asked)
    with open(sys.argv[3], "w") as file:
        json.dump(answer, file)
