#!/usr/bin/env python3
"""Holds package tfevents against TensorFlow 2.21 and TensorBoard 2.21.

    python format/tfevents/testdata/compare.py

writes tensorflow.tfevents, which the Go tests read, and checks that both of
TensorBoard's readers find in lince.tfevents what the Go tests wrote there
(go test ./format/tfevents -update).
"""

import os
import pathlib
import shutil
import tempfile

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

HERE = pathlib.Path(__file__).parent
VALUES = [-1.0, 0.0, 0.5, 0.5, 2.0]


def write():
    folder = tempfile.mkdtemp()
    writer = tf.summary.create_file_writer(folder)
    with writer.as_default():
        for epoch, loss in enumerate([0.75, 0.5, 0.625]):
            tf.summary.scalar("epoch_loss", loss, step=epoch)
        tf.summary.histogram("conv2d/kernel/histogram", VALUES, step=2)
        tf.summary.histogram("same", [2.0, 2.0], step=2)
        tf.summary.histogram("none", [], step=2)
        tf.summary.image("pictures", np.array([[[[0], [255]]]], "uint8"), step=2)
    writer.close()
    shutil.copy(next(pathlib.Path(folder).iterdir()), HERE / "tensorflow.tfevents")


def check():
    folder = tempfile.mkdtemp()
    shutil.copy(HERE / "lince.tfevents", pathlib.Path(folder, "events.out.tfevents.1700000000.host.1.0.v2"))
    events = EventAccumulator(folder).Reload()
    tags = events.Tags()
    assert set(tags["tensors"]) == {"epoch_loss", "conv2d/kernel/histogram", "pictures", "keras"}, tags
    for tag, plugin in [("epoch_loss", "scalars"), ("conv2d/kernel/histogram", "histograms"), ("pictures", "images"), ("keras", "graph_keras_model")]:
        assert events.SummaryMetadata(tag).plugin_data.plugin_name == plugin, tag
    losses = [(e.step, float(tf.make_ndarray(e.tensor_proto))) for e in events.Tensors("epoch_loss")]
    assert losses == [(0, 0.75), (1, 0.5), (2, 0.625)], losses
    histogram = tf.make_ndarray(events.Tensors("conv2d/kernel/histogram")[0].tensor_proto)
    reference = EventAccumulator(str(HERE / "tensorflow.tfevents")).Reload()
    expected = tf.make_ndarray(reference.Tensors("conv2d/kernel/histogram")[0].tensor_proto)
    assert np.allclose(histogram, expected, rtol=1e-6, atol=1e-6), histogram - expected
    width, height, picture = tf.make_ndarray(events.Tensors("pictures")[0].tensor_proto)
    assert (width, height) == (b"2", b"1") and tf.io.decode_png(picture).shape == (1, 2, 1)
    assert b'"Sequential"' in tf.make_ndarray(events.Tensors("keras")[0].tensor_proto).item()
    raw = list(tf.compat.v1.train.summary_iterator(str(HERE / "lince.tfevents")))
    assert len(raw) == 7 and raw[0].file_version == "brain.Event:2" and raw[1].wall_time == 1.7e9 + 0.25
    print("TensorBoard reads lince.tfevents")


if __name__ == "__main__":
    write()
    check()
