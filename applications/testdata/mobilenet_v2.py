#!/usr/bin/env python3
"""Writes mobilenet_v2.json: what Keras' MobileNetV2 of width 0.35 makes of two photos.

    python applications/testdata/mobilenet_v2.py ../shared/data

needs Keras 3.15.1 on TensorFlow 2.21 and the real weights in the folder. Held are
each photo's features at some places, most of them not 0, and each channel's mean for every 40th channel.
"""

import json
import os
import pathlib
import sys

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="")

import keras
import numpy as np

FOLDER = pathlib.Path(sys.argv[1])
PHOTOS = ["imagenet-250/n01440764_tench.jpg", "imagenet-250/n01514859_hen.jpg"]

model = keras.applications.MobileNetV2(input_shape=(224, 224, 3), alpha=0.35, include_top=False, weights=None)
model.load_weights(FOLDER / "models/mobilenet_v2_0.35_224_no_top.weights.h5")
photos = [keras.utils.img_to_array(keras.utils.load_img(FOLDER / name, target_size=(224, 224))) for name in PHOTOS]
features = model.predict(keras.applications.mobilenet_v2.preprocess_input(np.stack(photos)), verbose=0)

rng = np.random.default_rng(0)
places = [np.concatenate([rng.choice(np.flatnonzero(f), 40), rng.integers(0, f.size, 10)]) for f in features]
cases = [
    {
        "photo": name, "largest": float(str(f.max())), "at": at.tolist(), "values": [float(str(v)) for v in f.ravel()[at]],
        "means": [float(str(v)) for v in f.mean((0, 1))[::40]],
    }
    for name, f, at in zip(PHOTOS, features, places)
]
(pathlib.Path(__file__).parent / "mobilenet_v2.json").write_text(json.dumps(cases) + "\n")
