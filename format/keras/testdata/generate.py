"""Makes the small golden files of this folder with Keras, and models.json,
which says what Keras has in memory for each.

    python generate.py

Every model is the second one of its kind in the process, so that layers' own
names (dense_3) and the groups' names in the file (dense, dense_1) differ.
"""

import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import keras
import numpy as np
from keras import layers

HERE = os.path.dirname(os.path.abspath(__file__))


def cnn():
    return keras.Sequential([
        layers.Input((8, 8, 3)),
        layers.Conv2D(2, 3, activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(),
        layers.Conv2D(2, 2, use_bias=False), layers.Flatten(), layers.Dropout(0.5),
        layers.Dense(3), layers.Dense(2, activation="softmax"),
    ])


def nested():
    augment = keras.Sequential([layers.RandomFlip(seed=1), layers.Rescaling(1 / 255)])
    base = keras.Sequential([layers.Input((6, 6, 3)), layers.SeparableConv2D(2, 3), layers.ReLU(), layers.DepthwiseConv2D(2)])
    return keras.Sequential([layers.Input((6, 6, 3)), augment, base, layers.GlobalAveragePooling2D(), layers.Dense(1, activation="sigmoid")])


def functional():
    x = inputs = keras.Input((4, 4, 2))
    y = layers.Conv2D(2, 1, name="left")(x)
    x = layers.Add()([layers.Conv2D(2, 1)(x), y])
    x = layers.LayerNormalization()(x)
    return keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def many():
    """More layers of a class than one digit counts."""
    return keras.Sequential([layers.Input((2,))] + [layers.Dense(1) for _ in range(12)])


def trained(make, optimizer):
    make()  # the first of its kind, forgotten
    model = make()
    model.compile(optimizer, keras.losses.MeanSquaredError(), metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x = rng.random((4,) + model.input_shape[1:], "f4")
    model.fit(x, rng.random((4,) + model.output_shape[1:], "f4"), epochs=1, verbose=0)
    return model


def keras2(model, path):
    """A whole model as Keras 2 wrote it: byte strings of fixed length, names
    that end in :0, the optimizer's weights under training/, long lists split."""
    with h5py.File(path, "w") as f:
        f.attrs["keras_version"] = np.bytes_("2.4.0")
        f.attrs["backend"] = np.bytes_("tensorflow")
        config = {"class_name": "Sequential", "config": {"name": model.name, "layers": [
            {"class_name": l.__class__.__name__, "config": {"name": l.name, "trainable": True}} for l in model.layers]}}
        f.attrs["model_config"] = np.bytes_(json.dumps(config))
        f.attrs["training_config"] = np.bytes_(json.dumps({"loss": "mse", "optimizer_config": {"class_name": "SGD", "config": {"learning_rate": 0.01}}}))
        g = f.create_group("model_weights")
        g.attrs["keras_version"], g.attrs["backend"] = np.bytes_("2.4.0"), np.bytes_("tensorflow")
        names = np.array([l.name.encode() for l in model.layers])
        for i, part in enumerate(np.array_split(names, 2)):
            g.attrs[f"layer_names{i}"] = part
        for l in model.layers:
            group = g.create_group(l.name)
            weights = [(f"{l.name}/{w.name}:0", w.numpy()) for w in l.weights]
            group.attrs["weight_names"] = np.array([n.encode() for n, _ in weights]) if weights else []
            for name, value in weights:
                group.create_dataset(name, data=value)
        o = f.create_group("optimizer_weights")
        o.attrs["weight_names"] = np.array([b"training/SGD/iter:0"])
        o["training/SGD/iter:0"] = np.int64(4)


def legacy_order(model, legacy):
    """[name, [values' sums]] of what a legacy file lists, or of the weights."""
    return [[l.name, [[list(w.shape), float(np.sum(w.numpy().astype("f8")))] for w in
            (l.trainable_weights + l.non_trainable_weights if legacy else l.weights)]] for l in model.layers]


def main():
    keras.utils.set_random_seed(7)
    keras.backend.clear_session()
    golden = {}
    for make, optimizer in ((cnn, "adam"), (nested, "rmsprop"), (functional, keras.optimizers.SGD(momentum=0.9)), (many, "sgd")):
        model = trained(make, optimizer)
        name = make.__name__
        golden[name] = {
            "name": model.name, "class": model.__class__.__name__, "optimizer": len(model.optimizer.variables),
            "classes": [l.__class__.__name__ for l in model.layers],
            "layers": legacy_order(model, False), "legacy": legacy_order(model, True), "version": keras.__version__,
        }
        model.save(os.path.join(HERE, name + ".keras"), zipped=True)
        if name in ("cnn", "nested"):
            model.save(os.path.join(HERE, name + ".h5"))
            model.save_weights(os.path.join(HERE, name + ".weights.h5"))
        if name == "many":
            keras2(model, os.path.join(HERE, "keras2.h5"))
    brain = keras.Sequential([layers.Input((2,)), layers.Dense(3, dtype=keras.DTypePolicy("bfloat16"))])
    brain.layers[0].kernel.assign(np.arange(6).reshape(2, 3))
    brain.save(os.path.join(HERE, "bfloat16.keras"))
    with open(os.path.join(HERE, "models.json"), "w") as out:
        json.dump(golden, out, sort_keys=True)
        out.write("\n")


if __name__ == "__main__":
    main()
