"""Keras' half of the acceptance: python oracle.py TASK REQUEST.json ANSWER.json

The request says what to do; pixels and weights lie in .npz files and PNGs
that it names. The tasks are the table at the end.
"""

import hashlib
import json
import os
import sys
import warnings

import numpy as np


def example_cnn(size, classes):
    """The network that the courses teach on cats and dogs."""
    import keras

    stack = [keras.Input((size, size, 3))]
    for filters in (32, 64, 128, 128):
        stack += [keras.layers.Conv2D(filters, 3, activation="relu"), keras.layers.MaxPooling2D(2)]
    stack += [keras.layers.Flatten(), keras.layers.Dense(512, activation="relu")]
    stack += [keras.layers.Dense(1, activation="sigmoid") if classes == 2 else keras.layers.Dense(classes, activation="softmax")]
    return keras.Sequential(stack)


def one_loss(model, x, y):
    """The loss of one training step."""
    model.reset_metrics()
    return float(model.train_on_batch(x, y, return_dict=True)["loss"])


def steps(request):
    """Trains the example CNN from given weights on several series of batches."""
    import keras

    arrays, losses, after = np.load(request["arrays"]), [], {}
    for series in range(len(arrays["x"])):
        model = example_cnn(request["size"], 2)
        model.set_weights([arrays["weight%d" % i] for i in range(len(model.weights))])
        model.compile(getattr(keras.optimizers, request["optimizer"])(request["learning_rate"]), "binary_crossentropy")
        losses.append([one_loss(model, x, y) for x, y in zip(arrays["x"][series], arrays["y"][series])])
        after.update({"series%d_weight%d" % (series, i): w for i, w in enumerate(model.get_weights())})
    np.savez(request["weights"], **after)
    return {"losses": losses}


def transforms(request):
    """Draws transforms for pictures and applies them, for every fill mode and order."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator
    from keras.utils import img_to_array, load_img

    drawn, results = [], {}
    for number, case in enumerate(request["cases"]):
        x = img_to_array(load_img(case["file"]))
        generator = ImageDataGenerator(**request["options"], fill_mode=case["fill"], cval=request["cval"], interpolation_order=case["order"])
        parameters = generator.get_random_transform(x.shape, seed=case["seed"])
        drawn.append({k: bool(v) if k.startswith("flip") else v for k, v in parameters.items()})
        results["result%d" % number] = generator.apply_transform(x, parameters).astype("f4")
    np.savez(request["results"], **results)
    return {"drawn": drawn}


def resizes(request):
    """Resizes pictures with Pillow and answers digests of the pixels."""
    from PIL import Image

    digests = []
    for case in request["cases"]:
        with Image.open(case["file"]) as picture:
            pixels = picture.convert("RGB")
        for filter in request["filters"]:
            resized = pixels.resize((case["width"], case["height"]), getattr(Image.Resampling, filter.upper()))
            digests.append(hashlib.sha256(resized.tobytes()).hexdigest())
    return {"digests": digests}


def pixels(request):
    """Decodes and resizes the photos of a folder as Keras does."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    flow = ImageDataGenerator().flow_from_directory(
        request["folder"], target_size=(request["size"], request["size"]), interpolation=request["interpolation"],
        class_mode="sparse", shuffle=False, batch_size=50)
    x = np.concatenate([flow[i][0] for i in range(len(flow))])
    np.savez(request["pixels"], x=x.astype("u1"), y=flow.classes.astype("i4"))
    return {"classes": list(flow.class_indices)}


def predict(request):
    """Answers the outputs of a saved model."""
    import keras

    model = keras.models.load_model(request["model"])
    x = np.load(request["arrays"])["x"].astype("f4") * np.float32(request["scale"])
    np.savez(request["outputs"], y=model.predict(x, batch_size=50, verbose=0))
    return {}


def go_on(request):
    """Loads a model, predicts, and trains on with what the file says of its optimizer."""
    import keras

    arrays = np.load(request["arrays"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = keras.models.load_model(request["model"])
        outputs = model.predict(arrays["x"], verbose=0)
        done = int(model.optimizer.iterations)
        losses = [one_loss(model, arrays["x"], arrays["y"]) for _ in range(request["steps"])]
        model.fit(arrays["x"], arrays["y"], epochs=1, verbose=0)
    np.savez(request["outputs"], y=outputs)
    return {"losses": losses, "iterations": done, "warnings": [str(w.message) for w in caught if "keras" in w.filename]}


def train(request):
    """The recipe of the courses: the example CNN on augmented photos."""
    import keras
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    keras.utils.set_random_seed(request["seed"])
    flow = dict(target_size=(150, 150), batch_size=20, interpolation="bilinear",
                class_mode="binary" if request["classes"] == 2 else "categorical")
    augmented = ImageDataGenerator(
        rescale=1 / 255, rotation_range=40, width_shift_range=0.2, height_shift_range=0.2,
        shear_range=0.2, zoom_range=0.2, horizontal_flip=True, fill_mode="nearest")
    photos = augmented.flow_from_directory(request["train"], seed=request["seed"], **flow)
    test = ImageDataGenerator(rescale=1 / 255).flow_from_directory(request["test"], shuffle=False, **flow)
    model = example_cnn(150, request["classes"])
    loss = "binary_crossentropy" if request["classes"] == 2 else "categorical_crossentropy"
    model.compile(keras.optimizers.RMSprop(1e-4), loss, metrics=["accuracy"])
    history = model.fit(photos, validation_data=test, epochs=request["epochs"], verbose=2)
    return {"accuracies": history.history["val_accuracy"]}


def classify(request):
    """What lince predict does, for its time: start, load, one photo, an answer."""
    import keras
    from keras.utils import img_to_array, load_img

    model = keras.models.load_model(request["model"])
    x = img_to_array(load_img(request["photo"], target_size=(150, 150), interpolation="bilinear")) / 255
    return {"probability": float(model.predict(x[None], verbose=0)[0, 0])}


TASKS = {task.__name__: task for task in (steps, transforms, resizes, pixels, predict, go_on, train, classify)}

if __name__ == "__main__":
    with open(sys.argv[2]) as file:
        request = json.load(file)
    if request.get("without_onednn"):  # before TensorFlow is imported
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    result = TASKS[sys.argv[1]](request)
    with open(sys.argv[3], "w") as answer:
        json.dump(result, answer)
