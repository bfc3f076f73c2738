#!/usr/bin/env python3
"""Writes models of several inputs and outputs, with models within, as Keras saves and trains them.

    python testdata/generate.py

needs Keras 3.15.1 on TensorFlow 2.21, and pydot. Beside each model NAME.keras, NAME.weights.h5 and NAME.h5 lies
NAME.json with inputs, outputs, measurements and drawings. The numbers are the same on every run.
"""

import json
import os
import pathlib
import sys

os.environ.update(COLUMNS="140", KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="")
sys.dont_write_bytecode = True

import h5py
import keras
import numpy as np
from keras import layers

HERE = pathlib.Path(__file__).parent


def numbers(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "values": [float(f"{v:.9g}") for v in x.astype("float64").ravel()]}


def fill(model, r):
    for w in model.weights:
        low, high = (0.5, 1.5) if w.name in ("gamma", "moving_variance") else (-0.6, 0.6)
        w.assign(np.round(r.uniform(low, high, w.shape), 2))


def summary(model, **options):
    lines = []
    model.summary(print_fn=lines.append, **options)
    return "\n".join(lines)


def drawing(model, **options):
    """The labels of model_to_dot's boxes, and its arrows by the boxes' numbers."""
    labels, numbers, arrows = [], {}, []

    def gather(dot):
        for box in dot.obj_dict["nodes"].values():
            for entry in box:
                if entry["name"] != "node":
                    numbers[entry["name"]] = len(labels)
                    labels.append(entry["attributes"]["label"])
        for within in dot.get_subgraphs():
            gather(within)

    def connect(dot):
        arrows.extend((edge.get_source(), edge.get_destination()) for edge in dot.get_edges())
        for within in dot.get_subgraphs():
            connect(within)

    dot = keras.utils.model_to_dot(model, **options)
    gather(dot)
    connect(dot)
    return {"options": options, "labels": labels, "arrows": sorted([numbers[a], numbers[b]] for a, b in arrows)}


def drawings(model):
    everything = dict(show_shapes=True, show_layer_names=True, show_layer_activations=True, show_trainable=True)
    return [drawing(model, **everything), drawing(model, expand_nested=True, **everything), drawing(model, show_layer_names=False)]


def record(name, model, inputs, **more):
    outputs = model.predict(inputs, verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    case = {"inputs": [numbers(x) for x in inputs], "outputs": [numbers(y) for y in outputs],
            "summary": summary(model, line_length=120, expand_nested=True, show_trainable=True), "drawings": drawings(model), **more}
    (HERE / f"{name}.json").write_text(json.dumps(case) + "\n")


def save(name, model, *kinds):
    for kind in kinds:
        path = HERE / f"{name}.{kind}"
        model.save_weights(path) if kind == "weights.h5" else model.save(path)


def base():
    x = pictures = keras.Input((6, 6, 3), name="pictures")
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    x = layers.BatchNormalization(name="norm")(x)
    return keras.Model(pictures, layers.GlobalAveragePooling2D(name="pool")(x), name="base")


def branches():
    """Two inputs, two outputs with losses, weights and metrics of their own, a layer used twice, models within."""
    r = np.random.default_rng(1)
    photo, facts = keras.Input((6, 6, 3), name="photo"), keras.Input((4,), name="facts")
    scaled = keras.Sequential([layers.Rescaling(0.5, offset=-0.25)], name="scaled")(photo)
    features = base()(scaled)
    shared = layers.Dense(4, activation="tanh", name="shared")
    joined = layers.Concatenate(name="joined")([shared(features), shared(facts)])
    kind = layers.Dense(3, activation="softmax", name="kind")(joined)
    size = layers.Dense(1, name="size")(layers.Multiply(name="both")([shared(features), shared(facts)]))
    model = keras.Model([photo, facts], [kind, size], name="branches")
    fill(model, r)
    x = [r.uniform(0, 1, (6, 6, 6, 3)).round(2).astype("float32"), r.uniform(-1, 1, (6, 4)).round(2).astype("float32")]
    y = [r.integers(0, 3, 6), r.uniform(-1, 1, (6, 1)).round(2).astype("float32")]
    weights = [r.uniform(0.5, 2, 6).round(2), r.uniform(0.5, 2, 6).round(2)]
    model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss={"kind": "sparse_categorical_crossentropy", "size": "mse"},
                  loss_weights={"kind": 1.0, "size": 0.5}, metrics={"kind": ["accuracy"], "size": ["mae"]}, weighted_metrics={"size": ["mse"]})
    save("branches", model, "keras", "weights.h5", "h5")
    # Batches of one size: Keras 3.15 averages the outputs' own losses over batches, the sum over samples.
    before = [y.copy() for y in model.predict(x, verbose=0)]
    evaluated = model.evaluate(x, y, sample_weight=weights, batch_size=3, verbose=0, return_dict=True)
    history = model.fit(x, y, sample_weight=weights, batch_size=3, epochs=3, shuffle=False, verbose=0).history
    save("branches_trained", model, "weights.h5")
    record("branches", model, x, before=[numbers(p) for p in before], targets=[numbers(t) for t in y], sample_weights=[numbers(w) for w in weights],
           evaluated=evaluated, history=history)


def twins():
    """A model with two inputs and two outputs inside another one, used twice."""
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    dense = layers.Dense(3, name="dense")
    pair = keras.Model([a, b], [layers.Add(name="sum")([dense(a), b]), layers.Maximum(name="larger")([a, dense(b)])], name="pair")
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    first = pair([x, y])
    second = pair([first[1], first[0]])
    model = keras.Model([x, y], [second[1], layers.Dot(-1, name="dot")([second[0], first[0]])], name="twins")
    r = np.random.default_rng(2)
    fill(model, r)
    save("twins", model, "keras", "weights.h5", "h5")
    record("twins", model, [r.uniform(-1, 1, (2, 3)).round(2).astype("float32") for _ in range(2)])


def frozen():
    """A partly frozen base inside a Sequential, for pictures of any size."""
    inner = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3, strides=2, name="first"), layers.BatchNormalization(name="norm"),
                              layers.DepthwiseConv2D(3, padding="same", name="second"), layers.ReLU(name="relu")], name="base")
    inner.layers[0].trainable = inner.layers[1].trainable = False
    model = keras.Sequential([keras.Input((None, None, 3)), inner, layers.GlobalAveragePooling2D(name="pool"), layers.Dense(2, activation="softmax", name="top")], name="frozen")
    r = np.random.default_rng(3)
    fill(model, r)
    model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss="categorical_crossentropy", metrics=["accuracy"])
    save("frozen", model, "keras", "weights.h5", "h5")
    pictures = [r.uniform(0, 1, (2, 9, 7, 3)).round(2).astype("float32")]
    record("frozen", model, pictures)
    keras2("frozen", model)


def keras2(name, model):
    """The same file as Keras 2 writes it, in as far as Keras 3 reads it otherwise or refuses it."""
    def layer(of):
        config = {"name": of.name, "trainable": of.trainable, "dtype": "float32"}
        config |= {k: v for k, v in of.get_config().items() if k not in ("name", "trainable", "dtype") and not isinstance(v, dict)}
        if isinstance(of, layers.DepthwiseConv2D):
            config |= {"groups": 1, "filters": None}
        return {"class_name": type(of).__name__, "config": config}

    def sequential(of):
        inside = [layer(part) if not isinstance(part, keras.Sequential) else sequential(part) for part in of.layers]
        start = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, None, None, 3], "dtype": "float32", "sparse": False, "ragged": False, "name": of.name + "_input"}}
        return {"class_name": "Sequential", "config": {"name": of.name, "layers": [start] + inside}}

    source, target = HERE / f"{name}.h5", HERE / f"{name}_keras2.h5"
    target.write_bytes(source.read_bytes())
    training = {"loss": "categorical_crossentropy", "metrics": [["accuracy"]], "weighted_metrics": None, "loss_weights": None, "sample_weight_mode": None,
                "optimizer_config": {"class_name": "SGD", "config": {"name": "SGD", "lr": 0.05, "decay": 0.0, "momentum": 0.9, "nesterov": False}}}
    with h5py.File(target, "r+") as f:
        f.attrs["keras_version"] = "2.3.1"
        f.attrs["model_config"] = json.dumps(sequential(model))
        f.attrs["training_config"] = json.dumps(training)
        if "optimizer_weights" in f:
            del f["optimizer_weights"]


if __name__ == "__main__":
    for build in (branches, twins, frozen):
        keras.backend.clear_session()
        build()
