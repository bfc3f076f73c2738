"""Folders and arrays of pictures, and the batches Keras makes of them.

    python generate.py flow

Writes flow.json: the files (each a PNG of the given pixels) and, for each
case, what two epochs of Keras' iterators yield. The options of the cases are
repeated, under the same names, in the test that reads them.
"""

import contextlib
import io
import json
import os
import tempfile

import numpy as np
from PIL import Image

from generate import HERE, pack, picture

FILES = [
    ("Zebra/z1.png", 8, 6, 3), ("Zebra/z0.PNG", 6, 5, 3), ("Zebra/deep/z2.png", 7, 9, 3),
    ("ant/a-1.png", 6, 5, 3), ("ant/a1.png", 12, 10, 3), ("ant/b.png", 9, 4, 4), ("ant/sub-x/q.png", 6, 6, 1), ("ant/sub/p.png", 5, 6, 3),
    (".hidden/h.png", 6, 5, 3),
]
AFFINE = dict(rotation_range=40, width_shift_range=0.2, height_shift_range=0.3, shear_range=15, zoom_range=0.3, horizontal_flip=True)
GENERATORS = {
    "affine": dict(AFFINE, rescale=1 / 255),
    "colours": dict(brightness_range=(0.4, 1.6), channel_shift_range=40.0, vertical_flip=True, horizontal_flip=True),
    "lists": dict(width_shift_range=[0.1, 0.3], height_shift_range=3, zoom_range=[0.7, 1.4], fill_mode="constant", cval=9.0),
    "pixels": dict(width_shift_range=2.5, height_shift_range=[1, 2, 4], fill_mode="reflect"),
    "cubic": dict(AFFINE, interpolation_order=3, fill_mode="wrap"),
    "samplewise": dict(samplewise_center=True, samplewise_std_normalization=True, horizontal_flip=True),
    "validation": dict(AFFINE, validation_split=0.4),
    "training": dict(AFFINE, validation_split=0.4),
    "gray": dict(AFFINE),
    "still": dict(),
    "first": dict(AFFINE, data_format="channels_first"),
}
FLOWS = {
    "lists": dict(class_mode="sparse", interpolation="bilinear"),
    "validation": dict(subset="validation"),
    "training": dict(subset="training", classes=["ant", "Zebra"]),
    "gray": dict(color_mode="grayscale", class_mode="input", keep_aspect_ratio=True, interpolation="bicubic"),
    "still": dict(shuffle=False, class_mode="binary"),
}


def epochs(iterator, batch=lambda b: b):
    found = []
    for _ in range(2 * len(iterator)):
        x, y = batch(next(iterator))
        found.append({"x": pack(np.asarray(x, np.float32)), "y": pack(np.asarray(y, np.float32))})
    return found


def directory_cases(folder):
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    for name, options in GENERATORS.items():
        flow = ImageDataGenerator(**options).flow_from_directory(
            folder, target_size=(6, 5), batch_size=3, seed=42, **FLOWS.get(name, {}))
        yield {"name": name, "files": flow.filenames, "classes": list(flow.class_indices), "labels": flow.classes.tolist(), "batches": epochs(flow)}


def array_case():
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    x = np.stack([picture(5, 4, 3, seed=s) for s in range(7)])
    generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True, rescale=0.5, **AFFINE)
    generator.fit(x, augment=True, rounds=2, seed=7)
    flow = generator.flow(x, np.arange(7), batch_size=3, seed=5)
    return {"name": "arrays", "x": pack(x), "mean": generator.mean.ravel().tolist(), "std": generator.std.ravel().tolist(), "batches": epochs(flow)}


def saved_case(folder):
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    with tempfile.TemporaryDirectory() as to:
        flow = ImageDataGenerator(**AFFINE).flow_from_directory(folder, target_size=(6, 5), batch_size=3, seed=42, save_to_dir=to, save_prefix="aug")
        epochs(flow)
        return {"name": "saved", "files": sorted(os.listdir(to))}


def dataset_cases(folder):
    import keras

    for name, options in {
        "dataset": dict(seed=123), "dataset sorted": dict(shuffle=False), "dataset training": dict(seed=1337, validation_split=0.3, subset="training"),
        "dataset validation": dict(seed=1337, validation_split=0.3, subset="validation"),
        "dataset binary": dict(shuffle=False, label_mode="binary", crop_to_aspect_ratio=True),
        "dataset one-hot": dict(shuffle=False, label_mode="categorical", pad_to_aspect_ratio=True, interpolation="bicubic"),
    }.items():
        dataset = keras.utils.image_dataset_from_directory(folder, image_size=(6, 5), batch_size=3, **options)
        case = {"name": name, "classes": dataset.class_names, "files": [os.path.relpath(p, folder) for p in dataset.file_paths], "batches": []}
        if not options.get("shuffle", True):
            case["batches"] = [{"x": pack(x.numpy()), "y": pack(y.numpy().astype(np.float32))} for x, y in dataset]
        yield case


def flow():
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        files = []
        for i, (name, h, w, c) in enumerate(FILES):
            pixels = picture(h, w, c, seed=i)
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            Image.fromarray(pixels[:, :, 0] if c == 1 else pixels).save(os.path.join(folder, name), format="png")
            files.append({"name": name, "pixels": pack(pixels)})
        cases = [*directory_cases(folder), array_case(), saved_case(folder), *dataset_cases(folder)]
    with open(os.path.join(HERE, "flow.json"), "w") as f:
        rows = lambda items: ",\n".join(json.dumps(item) for item in items)
        f.write('{"files": [\n%s\n],\n"cases": [\n%s\n]}\n' % (rows(files), rows(cases)))
