"""Keras' half of the rows of transfer learning: python pretrained.py TASK REQUEST.json ANSWER.json"""

import json
import os
import sys
import time

import numpy as np


def photos(folder, size):
    """Decodes the photos of a folder with one folder per class, and their classes."""
    from keras.utils import img_to_array, load_img

    classes = sorted(os.listdir(folder))
    pixels, labels = [], []
    for number, name in enumerate(classes):
        for file in sorted(os.listdir(os.path.join(folder, name))):
            picture = load_img(os.path.join(folder, name, file), target_size=(size, size), interpolation="bilinear")
            pixels.append(img_to_array(picture))
            labels.append(number)
    return np.stack(pixels) / 127.5 - 1, np.array(labels)


def head(request):
    """Trains a head on what a frozen MobileNetV2 makes of photos, computed once, and goes on with the top of the base."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(request["threads"])
    keras.utils.set_random_seed(request["seed"])
    begun = time.perf_counter()
    base = keras.applications.MobileNetV2(
        alpha=request["alpha"], include_top=False, weights=request["weights"], pooling="avg", input_shape=(request["size"], request["size"], 3)
    )
    pixels, features, labels = {}, {}, {}
    for part in ("train", "test"):
        pixels[part], labels[part] = photos(request[part], request["size"])
        features[part] = base.predict(pixels[part], batch_size=32, verbose=0)
    two = request["classes"] == 2
    model = keras.Sequential(
        [
            keras.Input(features["train"].shape[1:]),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, activation="sigmoid") if two else keras.layers.Dense(request["classes"], activation="softmax"),
        ]
    )
    loss = "binary_crossentropy" if two else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    model.fit(features["train"], labels["train"], batch_size=20, epochs=request["epochs"], verbose=0)
    accuracy = model.evaluate(features["test"], labels["test"], verbose=0)[1]
    seconds = time.perf_counter() - begun
    tuned = tune(request["tuning"], base, model, loss, pixels, labels)
    return {"accuracy": float(accuracy), "seconds": seconds, "tuned": tuned}


def tune(request, base, head, loss, pixels, labels):
    """Lets the layers from one on learn but batch normalisation, and the head with them; the test accuracy at the end."""
    import keras

    learns = False
    for layer in base.layers:
        learns = learns or layer.name == request["from"]
        layer.trainable = learns and not isinstance(layer, keras.layers.BatchNormalization)
    model = keras.Sequential([base, head])
    model.compile(getattr(keras.optimizers, request["optimizer"])(request["learning_rate"]), loss, metrics=["accuracy"])
    model.fit(batches(pixels["train"], labels["train"], request), epochs=request["epochs"], verbose=0)
    return float(model.evaluate(pixels["test"], labels["test"], verbose=0)[1])


def batches(pixels, labels, request):
    """Batches in another order in every epoch, half of the photos mirrored if it is asked for."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(horizontal_flip=request["mirror"])
    return generator.flow(pixels, labels, batch_size=request["batch"])


def finetuned(request):
    """Trains InceptionV3 from mixed6 on with a head for some steps of SGD, from random weights that keep the signal's size."""
    import keras

    arrays, rng = np.load(request["arrays"]), np.random.Generator(np.random.Philox(request["seed"]))
    base = keras.applications.InceptionV3(weights=None, include_top=False, input_shape=arrays["x"].shape[2:])
    learns = False
    for layer in base.layers:
        learns = learns or layer.name == "mixed6"
        layer.trainable = learns
    x = keras.layers.Flatten()(base.get_layer("mixed7").output)
    x = keras.layers.Dense(request["units"], activation="relu")(x)
    model = keras.Model(base.input, keras.layers.Dense(1, activation="sigmoid")(x))
    for layer in model.layers:
        for variable in layer.weights:
            if variable.name == "kernel":
                value = rng.standard_normal(variable.shape) * np.sqrt(2 / np.prod(variable.shape[:-1]))
            elif variable.name == "moving_variance":
                value = rng.uniform(0.5, 1.5, variable.shape)
            else:
                value = 0.1 * rng.standard_normal(variable.shape)
            variable.assign(value.astype("float32"))
    model.compile(keras.optimizers.SGD(request["learning_rate"]), "binary_crossentropy")
    saved = {"before%d" % i: w.numpy() for i, w in enumerate(weights_of(model))}
    losses = [one_loss(model, x, y) for x, y in zip(arrays["x"], arrays["y"])]
    saved.update({"after%d" % i: w.numpy() for i, w in enumerate(weights_of(model))})
    np.savez(request["weights"], **saved)
    trainable = {id(w) for w in model.trainable_weights}
    return {"losses": losses, "names": [w.path for w in weights_of(model)], "trainable": [id(w) in trainable for w in weights_of(model)]}


def weights_of(model):
    """All weights, layer by layer."""
    return [w for layer in model.layers for w in layer.weights]


def one_loss(model, x, y):
    """The loss of one training step."""
    model.reset_metrics()
    return float(model.train_on_batch(x, y, return_dict=True)["loss"])


TASKS = {"head": head, "finetuned": finetuned}

if __name__ == "__main__":
    with open(sys.argv[2]) as file:
        asked = json.load(file)
    answer = TASKS[sys.argv[1]](asked)
    with open(sys.argv[3], "w") as file:
        json.dump(answer, file)
