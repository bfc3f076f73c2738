"""Writes names.json: what Keras calls models of several widths and sizes.

    python applications/testdata/names.py

needs Keras 3.15.1 on TensorFlow 2.21.
"""

import json
import os
import pathlib

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import keras

CASES = [
    {"title": title, **settings}
    for title in ("MobileNet", "MobileNetV2")
    for settings in ({}, {"alpha": 0.5}, {"alpha": 0.5, "no_top": True}, {"no_top": True, "input_shape": [96, 128, 3]})
] + [{"title": title} for title in ("VGG16", "InceptionV3", "ResNet50", "ResNet50V2", "MobileNetV3Small", "MobileNetV3Large", "NASNetMobile", "EfficientNetV2B0")]

for case in CASES:
    arguments = {"weights": None, "include_top": not case.get("no_top", False)}
    for name in ("alpha", "input_shape"):
        if name in case:
            arguments[name] = case[name]
    case["name"] = getattr(keras.applications, case["title"])(**arguments).name
lines = ",\n".join(json.dumps(case) for case in CASES)
pathlib.Path(__file__).with_name("names.json").write_text("[\n" + lines + "\n]\n")
