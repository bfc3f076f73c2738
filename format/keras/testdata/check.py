"""Loads models that this package read and wrote again with Keras and compares
their predictions with those of Keras' own files.

    mkdir /tmp/out && LINCE_KERAS_OUT=/tmp/out go test -run TestKeepForKeras .. && python check.py /tmp/out
"""

import glob
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import keras
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def load(path, original):
    if path.endswith(".weights.h5"):
        model = keras.models.load_model(original.replace(".weights.h5", ".keras"))
        for v in model.variables:
            if v.dtype == "float32":
                v.assign(np.zeros(v.shape))
        model.load_weights(path)
        return model
    return keras.models.load_model(path)


def main(folder):
    rewritten = sorted(glob.glob(os.path.join(folder, "*")))
    assert rewritten, folder
    for path in rewritten:
        name = os.path.basename(path)
        original = os.path.join(HERE, name)
        if name == "keras2.h5":  # its configuration is an imitation that no Keras builds
            with h5py.File(path) as a, h5py.File(original) as b:
                b.visititems(lambda n, o: None if isinstance(o, h5py.Group) else np.testing.assert_array_equal(o[()], a[n][()]))
            print(name, "same datasets")
            continue
        ours, theirs = load(path, original), load(original, original)
        x = np.random.default_rng(1).random((3,) + theirs.input_shape[1:], "f4")
        np.testing.assert_array_equal(ours.predict(x, verbose=0), theirs.predict(x, verbose=0))
        state = [[v.numpy() for v in getattr(m, "optimizer", None).variables] if getattr(m, "optimizer", None) else [] for m in (ours, theirs)]
        assert len(state[0]) == len(state[1]) and all(np.array_equal(a, b) for a, b in zip(*state)), name
        print(name, "same predictions and", len(state[0]), "equal variables of the optimizer")


if __name__ == "__main__":
    main(sys.argv[1])
