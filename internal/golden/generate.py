#!/usr/bin/env python3
"""Writes the golden files of package golden: what Keras computes, small enough to commit.

    python internal/golden/generate.py [SET ...]

needs Keras 3.15.1 on TensorFlow 2.21. Without arguments every set is written.
Each set is one table in cases.py and one function here that turns a row into a case;
what a case holds is told by the Go type of the same name. Numbers are the shortest
decimals that give back the same float32. The output is the same on every run.
"""

import gzip
import json
import os
import pathlib
import sys
import tempfile
import zipfile
import zlib

os.environ.update(COLUMNS="140", KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="")

import keras
import numpy as np
import tensorflow as tf
from keras import activations, initializers, layers, losses, metrics, optimizers, regularizers
from keras.src.initializers.random_initializers import compute_fans

sys.dont_write_bytecode = True
import cases  # noqa: E402

DATA = pathlib.Path(__file__).parent / "data"


# ---------------------------------------------------------------- numbers

def number(v):
    if isinstance(v, (np.bool_, np.integer)):
        return int(v)
    if not np.isfinite(v):
        return "NaN" if np.isnan(v) else "Infinity" if v > 0 else "-Infinity"
    v = float(str(v))  # NumPy prints the shortest decimal of the value's own precision
    return int(v) if v == int(v) and abs(v) < 1e9 and not (v == 0 and np.signbit(v)) else v


def array(x):
    x = keras.ops.convert_to_numpy(x)
    return {"dtype": str(x.dtype), "shape": list(x.shape), "values": [number(v) for v in x.ravel()]}


def arrays(xs):
    return [array(x) for x in xs]


def rng(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def draw(r, shape, low=-1.0, high=1.0):
    """Uniform values with three decimals: short in the file."""
    return np.round(r.uniform(low, high, shape), 3).astype("float32")


def distinct(r, shape):
    """All values different, so that a maximum is unique."""
    n = int(np.prod(shape))
    return ((r.permutation(n) - n // 2) / 64).astype("float32").reshape(shape)


def config_of(thing):
    saved = keras.saving.serialize_keras_object(thing)
    return saved["class_name"], saved["config"]


# ---------------------------------------------------------------- layers

def give_weights(layer, r):
    for w in layer.weights:
        positive = w.name in ("gamma", "moving_variance")
        w.assign(draw(r, w.shape, 0.5, 1.5) if positive else draw(r, w.shape))


def layer_case(name, kind, args, shapes, options=None):
    options = options or {}
    keras.backend.clear_session()
    r = rng(name)
    shapes = shapes if isinstance(shapes, list) else [shapes]
    if options.get("ties"):
        inputs = [r.integers(-2, 3, s).astype("float32") for s in shapes]
    elif "values" in options:
        inputs = [draw(r, s, *options["values"]) for s in shapes]
    elif "Max" in kind or "Min" in kind:
        inputs = [distinct(r, s) for s in shapes]
    else:
        inputs = [draw(r, s) for s in shapes]
    layer = getattr(layers, kind)(**args)
    one = len(inputs) == 1
    layer.build(shapes[0] if one else shapes)
    if options.get("adapt"):
        layer.adapt(inputs[0])
    else:
        give_weights(layer, r)
    before = [w.numpy() for w in layer.weights]

    trained = [w.value for w in layer.trainable_weights]
    given = [tf.constant(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(given)
        y = layer(given[0] if one else given, training=options.get("training", False))
        upstream = draw(r, y.shape)
        objective = tf.reduce_sum(y * upstream)
    of_inputs, of_weights = tape.gradient(objective, [given, trained], unconnected_gradients="zero")
    gradients = {w.path: g for w, g in zip(layer.trainable_weights, of_weights)}

    weights = []
    for w, start in zip(layer.weights, before):
        weight = {"name": w.name, "path": w.path, "trainable": w.trainable, "value": array(start)}
        if w.path in gradients:
            weight["gradient"] = array(gradients[w.path])
        else:
            weight["after"] = array(w)
        weights.append(weight)
    class_name, config = config_of(layer)
    return {
        "name": name, "class_name": class_name, "config": config, "training": options.get("training", False),
        "inputs": arrays(inputs), "weights": weights, "output": array(y), "upstream": array(upstream),
        "input_gradients": arrays(of_inputs),
    }


# ---------------------------------------------------------------- augmentation layers

def augmentation_case(name, kind, args):
    keras.backend.clear_session()
    layer = getattr(layers, kind)(seed=zlib.crc32(name.encode()) % 1000, **args)
    unit = tuple(args.get("value_range", (0, 255))) == (0, 1)
    pictures = draw(rng(name), (3, 6, 5, 2), 0, 1) if unit else rng(name).integers(0, 256, (3, 6, 5, 2)).astype("float32")
    drawn = layer.get_random_transformation(tf.constant(pictures), training=True)
    output = layer.transform_images(tf.constant(pictures), drawn, training=True)
    class_name, config = config_of(layer)
    kept = {k: array(np.asarray(v)) for k, v in drawn.items() if k in
            ("flips", "angle", "translations", "height_zoom", "width_zoom", "contrast_factor", "rgb_delta")}
    return {"name": name, "class_name": class_name, "config": config, "drawn": kept, "input": array(pictures), "output": array(output)}


# ---------------------------------------------------------------- activations

def activation_case(name, args, x):
    function = activations.get(name)
    upstream = np.ones_like(x) if x.ndim == 1 else draw(rng(name), x.shape)
    given = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(given)
        y = function(given, **args)
        objective = tf.reduce_sum(y * upstream[..., : y.shape[-1]])
    return {"name": name, "arguments": {k: number(np.float64(v)) for k, v in args.items()}, "input": array(x), "output": array(y),
            "upstream": array(upstream[..., : y.shape[-1]]), "gradient": array(tape.gradient(objective, given))}


# ---------------------------------------------------------------- losses

def pair(kind):
    """Targets and predictions; probabilities reach 0 and 1, right and wrong."""
    r = rng("pair " + kind)
    sharp = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.2, 0.3, 0.5], [0.6, 0.1, 0.3], [1e-8, 0.5, 0.5]], "float32")
    logits = draw(r, (6, 3), -3, 3)
    logits[0], logits[1] = (100, -100, 0), (-100, 100, 0)
    index = np.array([0, 0, 2, 1, 2, 0], "int32")
    one_hot = np.eye(3, dtype="float32")[index]
    if kind == "binary":
        return np.array([[1], [0], [1], [0], [1], [0], [1]], "float32"), np.array([[1], [0], [0], [1], [0.7], [0.4], [1e-9]], "float32")
    if kind == "binary logits":
        return np.array([[1], [0], [1], [0], [1], [0]], "float32"), np.array([[100], [-100], [-100], [100], [0], [0.75]], "float32")
    if kind == "multilabel":
        return (draw(r, (4, 3), 0, 1) > 0.5).astype("float32"), draw(r, (4, 3), 0, 1)
    if kind in ("one-hot", "one-hot logits"):
        return one_hot, logits if "logits" in kind else sharp
    if kind in ("index", "index logits"):
        return index, logits if "logits" in kind else sharp
    if kind == "distribution":
        return np.array([[1, 0, 0], [0.2, 0.3, 0.5], [0.5, 0.5, 0]], "float32"), np.array([[0, 1, 0], [0.2, 0.3, 0.5], [0.6, 0.1, 0.3]], "float32")
    if kind == "positive":
        return np.round(draw(r, (4, 3), 0, 4)), draw(r, (4, 3), 0.1, 4)
    targets = draw(r, (4, 3), -2, 2)
    predictions = draw(r, (4, 3), -2, 2)
    predictions[0, 0] = targets[0, 0]
    return targets, predictions


def loss_cases(kind, args, values):
    targets, predictions = pair(values)
    for reduction, weighted in cases.REDUCTIONS:
        loss = getattr(losses, kind)(reduction=reduction, **args)
        weights = np.array([0.5, 2, 0, 1, 1.5, 1, 3][: len(targets)], "float32") if weighted else None
        given = tf.constant(predictions)
        with tf.GradientTape() as tape:
            tape.watch(given)
            value = loss(targets, given, sample_weight=weights)
            objective = tf.reduce_sum(value)
        case = {"name": f"{kind} {args} {values} {reduction}" + (" weighted" if weighted else ""), "class_name": kind,
                "config": config_of(loss)[1], "targets": array(targets), "predictions": array(predictions),
                "value": array(value), "gradient": array(tape.gradient(objective, given))}
        if weighted:
            case["sample_weight"] = array(weights)
        yield case


# ---------------------------------------------------------------- metrics

def metric_batch(kind, r, n):
    scores = draw(r, (n, 4), 0.001, 1)
    scores = (scores / scores.sum(1, keepdims=True)).round(4).astype("float32")
    index = np.where(r.random(n) < 0.6, scores.argmax(1), r.integers(0, 4, n)).astype("int32")
    if kind == "labels":
        return index, np.where(r.random(n) < 0.7, index, 0).astype("int32")
    if kind == "one-hot":
        return np.eye(4, dtype="float32")[index], scores
    if kind == "index":
        return index, scores
    if kind == "real":
        return draw(r, (n, 2), -2, 2), draw(r, (n, 2), -2, 2)
    wide = (n, 3) if kind == "multilabel" else (n, 1)
    predictions = draw(r, wide, 0, 1)
    predictions.flat[:2] = (0.5, 0)
    targets = (predictions + draw(r, wide, -0.5, 0.5) > 0.5).astype("float32")
    return targets, (predictions * 6 - 3).astype("float32") if kind == "logits" else predictions


def metric_case(kind, args, values, weighted):
    name = f"{kind} {args} {values}" + (" weighted" if weighted else "")
    metric = getattr(metrics, kind)(**args)
    r, batches = rng(name), []
    for n in (5, 7, 2):
        targets, predictions = metric_batch(values, r, n)
        batch = {"targets": array(targets), "predictions": array(predictions)}
        if weighted:
            batch["sample_weight"] = array(draw(r, (n,), 0, 2))
            weight = np.array(batch["sample_weight"]["values"], "float32")
            metric.update_state(targets, predictions, sample_weight=weight)
        else:
            metric.update_state(targets, predictions)
        batch["result"] = array(metric.result())
        batches.append(batch)
    class_name, config = config_of(metric)
    state = [{"name": v.name, "path": v.path, "value": array(v)} for v in metric.variables]
    return {"name": name, "class_name": class_name, "config": config, "batches": batches, "state": state}


# ---------------------------------------------------------------- optimizers, schedules

RATES = {"exponential": lambda: optimizers.schedules.ExponentialDecay(0.1, 2, 0.5),
         "cosine": lambda: optimizers.schedules.CosineDecay(0.0, 4, warmup_target=0.1, warmup_steps=1)}


def optimizer_case(kind, args):
    keras.backend.clear_session()
    name = f"{kind} {args}"
    r, args = rng(name), dict(args)
    excluded = args.pop("exclude", [])
    if args.get("learning_rate") in RATES:
        args["learning_rate"] = RATES[args["learning_rate"]]()
    optimizer = getattr(optimizers, kind)(**args)
    variables = [keras.Variable(draw(r, shape), name=n) for n, shape in (("kernel", (3, 4)), ("bias", (4,)), ("gamma", (1,)))]
    if excluded:
        optimizer.exclude_from_weight_decay(var_names=excluded)
    class_name, config = config_of(optimizer)
    start, steps = [{"name": v.name, "path": v.path, "value": array(v)} for v in variables], []
    for step in range(6):
        gradients = [draw(r, v.shape, -1, 1) for v in variables]
        if step == 3:
            gradients[0][0] = 0
        optimizer.apply([tf.constant(g) for g in gradients], variables if step == 0 else None)
        steps.append({"gradients": arrays(gradients), "weights": arrays(variables)})
    state = [{"name": v.name, "path": v.path, "value": array(v)} for v in optimizer.variables]
    case = {"name": name, "class_name": class_name, "config": config, "no_decay": excluded, "variables": start, "steps": steps, "state": state}
    if config["use_ema"]:
        optimizer.finalize_variable_values(variables)
        case["finalized"] = arrays(variables)
    return case


def schedule_case(kind, args):
    schedule = getattr(optimizers.schedules, kind)(**args)
    steps = [*range(16), 20, 100]
    return {"name": f"{kind} {args}", "class_name": kind, "config": schedule.get_config(),
            "steps": steps, "rates": array(np.array([float(schedule(s)) for s in steps], "float32"))}


# ---------------------------------------------------------------- initializers, regularizers

TRUNCATED = 0.87962566103423978  # standard deviation of a unit normal cut at ±2


def distribution(init, shape):
    """The kind of distribution and its two parameters: the bounds, or mean and deviation before cutting at ±2."""
    kind = type(init).__name__
    if kind == "RandomUniform":
        return "uniform", init.minval, init.maxval
    if kind == "RandomNormal":
        return "normal", init.mean, init.stddev
    if kind == "TruncatedNormal":
        return "truncated_normal", init.mean, init.stddev
    fan_in, fan_out = compute_fans(shape)
    scale = init.scale / max(1.0, {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[init.mode])
    if init.distribution == "uniform":
        return "uniform", -((3 * scale) ** 0.5), (3 * scale) ** 0.5
    if init.distribution == "untruncated_normal":
        return "normal", 0.0, scale**0.5
    return "truncated_normal", 0.0, scale**0.5 / TRUNCATED


def initializer_case(kind, args):
    class_name, config = config_of(getattr(initializers, kind)(**args))
    case = {"name": f"{kind} {args}", "class_name": class_name, "config": config}
    if kind in ("Zeros", "Ones", "Constant", "Identity"):
        init = getattr(initializers, kind)(**args)
        case["values"] = arrays([init(s) for s in ([(3, 3), (2, 4)] if kind == "Identity" else [(3,), (2, 2)])])
        return case
    case["distributions"] = []
    seeded = {**args, "seed": 7}
    for shape in cases.SHAPES[:2] if kind == "Orthogonal" else cases.SHAPES:
        init = getattr(initializers, kind)(**seeded)
        sample = np.asarray(init(shape), "float64")
        row = {"shape": shape, "mean": round(sample.mean(), 6), "deviation": round(sample.std(), 6)}
        if kind == "Orthogonal":
            row.update(kind="orthogonal", a=0, b=config["gain"])
        else:
            row["kind"], row["a"], row["b"] = distribution(init, shape)
            a, b = row["a"], row["b"]
            expected = {"uniform": (b - a) / 12**0.5, "normal": b, "truncated_normal": b * TRUNCATED}[row["kind"]]
            assert abs(sample.std() / expected - 1) < 0.02, (kind, args, shape, sample.std(), expected)
            if row["kind"] == "uniform":
                assert a <= sample.min() and sample.max() <= b
        case["distributions"].append(row)
    return case


def regularizer_case(kind, args):
    regularizer = getattr(regularizers, kind)(**args)
    weights = draw(rng(kind), (4, 3))
    weights[0, 0] = 0
    given = tf.constant(weights)
    with tf.GradientTape() as tape:
        tape.watch(given)
        value = regularizer(given)
    return {"name": f"{kind} {args}", "class_name": kind, "config": config_of(regularizer)[1], "weights": array(weights),
            "value": array(value), "gradient": array(tape.gradient(value, given))}


# ---------------------------------------------------------------- training, models

def small_cnn():
    """The example CNN of the courses, made small: one sigmoid unit."""
    return keras.Sequential([
        keras.Input((20, 20, 3)),
        layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid"),
    ])


def small_classes():
    """Three classes, with batch normalisation and a same-padded strided convolution."""
    return keras.Sequential([
        keras.Input((20, 20, 3)),
        layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False), layers.BatchNormalization(), layers.Activation("relu"),
        layers.Conv2D(8, 3, activation="relu"), layers.BatchNormalization(momentum=0.9), layers.GlobalAveragePooling2D(),
        layers.Dense(3, activation="softmax"),
    ])


TRAINING = [(model, loss, kind, args) for model, loss in ((small_cnn, "binary_crossentropy"), (small_classes, "categorical_crossentropy"))
            for kind, args in (("SGD", dict(momentum=0.9)), ("RMSprop", {}), ("Adam", {}))]


def training_batches(model):
    r, batches = rng("training"), []
    for n in (4, 4, 4, 4, 4, 4, 4, 4, 4, 3):
        label = r.integers(0, 2 if model is small_cnn else 3, n)
        pictures = np.round(np.clip(r.random((n, 20, 20, 3)) * 0.5 + 0.25 * label.reshape(n, 1, 1, 1) * np.array([1, 0.3, 0]), 0, 1), 2).astype("float32")
        targets = label.reshape(n, 1).astype("float32") if model is small_cnn else np.eye(3, dtype="float32")[label]
        batches.append((pictures, targets))
    return batches


def named(model):
    return [{"name": w.name, "path": w.path, "trainable": w.trainable, "value": array(w)} for w in model.weights]


def training_case(build, loss, kind, args):
    keras.backend.clear_session()
    keras.utils.set_random_seed(11)
    model = build()
    model.compile(optimizer=getattr(optimizers, kind)(**args), loss=loss, jit_compile=False)
    case = {"name": f"{build.__name__} {kind}", "architecture": build.__name__, "model": json.loads(model.to_json()), "loss": loss, "optimizer": {}, "initial": named(model), "losses": []}
    case["optimizer"]["class_name"], case["optimizer"]["config"] = config_of(model.optimizer)
    for step, (x, y) in enumerate(training_batches(build)):
        model.reset_metrics()
        case["losses"].append(number(np.float32(model.train_on_batch(x, y))))
        if step == 0:
            case["first"] = named(model)
    case["final"] = named(model)
    return case


def training():
    sets = {build.__name__: [{"inputs": array(x), "targets": array(y)} for x, y in training_batches(build)] for build in (small_cnn, small_classes)}
    return {"batches": sets, "runs": [training_case(*row) for row in TRAINING]}


def example_cnn():
    model = keras.Sequential([keras.Input((150, 150, 3)), *(part for filters in (32, 64, 128, 128) for part in
                              (layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(2))),
                              layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(1, activation="sigmoid")], name="example_cnn")
    model.compile(optimizer=optimizers.RMSprop(learning_rate=1e-4), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def every_layer():
    """A chain and branches that name every layer class once."""
    keras.backend.clear_session()
    x = pictures = keras.Input((32, 32, 3), name="pictures")
    for part in (layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomTranslation(0.1, 0.1), layers.RandomZoom(0.1),
                 layers.RandomContrast(0.1), layers.RandomBrightness(0.1), layers.Rescaling(1 / 255), layers.Resizing(24, 24),
                 layers.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.1, 0.2, 0.3]), layers.ZeroPadding2D(1), layers.Cropping2D(((1, 0), (0, 1))),
                 layers.Conv2D(4, 3, padding="same", kernel_regularizer="l2", kernel_initializer="he_normal"), layers.BatchNormalization(), layers.ReLU(),
                 layers.DepthwiseConv2D(3), layers.LeakyReLU(), layers.SeparableConv2D(6, 3), layers.PReLU(shared_axes=[1, 2]),
                 layers.MaxPooling2D(2), layers.Conv2DTranspose(4, 3, strides=2), layers.ELU(), layers.AveragePooling2D(2),
                 layers.LayerNormalization(), layers.UpSampling2D(2), layers.SpatialDropout2D(0.1), layers.Permute((2, 1, 3))):
        x = part(x)
    a, b = layers.Conv2D(4, 1, name="left")(x), layers.Conv2D(4, 1, name="right")(x)
    merged = layers.Concatenate()([layers.Add()([a, b]), layers.Subtract()([a, b]), layers.Multiply()([a, b]), layers.Average()([a, b]),
                                   layers.Maximum()([a, b]), layers.Minimum()([a, b])])
    g = layers.Add()([layers.GlobalAveragePooling2D()(merged), layers.GlobalMaxPooling2D()(merged)])
    g = layers.Flatten()(layers.Reshape((4, -1))(g))
    y = layers.Softmax()(layers.Dense(3)(layers.Activation("gelu")(layers.Dropout(0.2)(g))))
    model = keras.Model(pictures, y, name="every_layer")
    model.compile(optimizer=optimizers.AdamW(optimizers.schedules.CosineDecay(1e-3, 100, warmup_target=1e-2, warmup_steps=10)),
                  loss=losses.CategoricalCrossentropy(label_smoothing=0.1), metrics=["accuracy", metrics.AUC(num_thresholds=50)])
    return model


def transfer():
    """A frozen base inside a model, as in transfer learning."""
    keras.backend.clear_session()
    base = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(8, 3, activation="relu"), layers.BatchNormalization(), layers.GlobalAveragePooling2D()], name="base")
    base.trainable = False
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 127.5, offset=-1), base, layers.Dense(5, activation="softmax")], name="transfer")


def arithmetic():
    """Operations between values, which are no layers."""
    keras.backend.clear_session()
    pictures = keras.Input((8, 8, 3), name="pictures")
    x = layers.Conv2D(4, 1)(pictures)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.ReLU(6.0)(gate + 3.0) * (1.0 / 6.0)
    x = x * gate + (1.0 - gate) / 2.0
    return keras.Model(pictures, layers.Dense(2)(layers.Flatten()(2.0 - x - gate)), name="arithmetic")


MODELS = [(example_cnn, [dict(line_length=80), dict(line_length=100, show_trainable=True)]), (every_layer, [dict(line_length=100)]),
          (transfer, [dict(line_length=80), dict(line_length=90, expand_nested=True, show_trainable=True)]),
          (arithmetic, [dict(line_length=100)])]


def renumber(config, seen):
    """Replaces Keras' shared_object_id, an address, by its order of appearance."""
    if isinstance(config, dict):
        return {k: seen.setdefault(v, len(seen)) if k == "shared_object_id" else renumber(v, seen) for k, v in config.items()}
    return [renumber(v, seen) for v in config] if isinstance(config, list) else config


def model_case(build, summaries):
    keras.backend.clear_session()
    model = build()
    case = {"name": model.name, "summaries": [], "layers": [], "weights": [{"path": w.path, "shape": list(w.shape), "trainable": w.trainable} for w in model.weights],
            "parameters": model.count_params()}
    for options in summaries:
        lines = []
        model.summary(print_fn=lines.append, **options)
        case["summaries"].append({"options": options, "text": "\n".join(lines)})
    for layer in model.layers:
        shape = layer.output.shape
        case["layers"].append({"name": layer.name, "class_name": type(layer).__name__, "output_shape": [-1 if d is None else d for d in shape], "parameters": layer.count_params()})
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.keras")
        model.save(path)
        case["config"] = renumber(json.loads(zipfile.ZipFile(path).read("config.json")), {})
    case["json"] = json.loads(model.to_json())
    return case


# ---------------------------------------------------------------- writing

SETS = {
    "layers": lambda: [layer_case(*row) for row in cases.LAYERS],
    "augmentation": lambda: [augmentation_case(*row) for row in cases.AUGMENTATION],
    "activations": lambda: [activation_case(*row) for row in cases.ACTIVATIONS],
    "losses": lambda: [case for row in cases.LOSSES for case in loss_cases(*row)],
    "metrics": lambda: [metric_case(*row, weighted) for row in cases.METRICS for weighted in (False, True)],
    "optimizers": lambda: [optimizer_case(*row) for row in cases.OPTIMIZERS],
    "schedules": lambda: [schedule_case(*row) for row in cases.SCHEDULES],
    "initializers": lambda: [initializer_case(*row) for row in cases.INITIALIZERS],
    "regularizers": lambda: [regularizer_case(*row) for row in cases.REGULARIZERS],
    "training": training,
    "models": lambda: [model_case(*row) for row in MODELS],
}


def main(names):
    DATA.mkdir(exist_ok=True)
    for name in names or SETS:
        text = json.dumps(SETS[name](), separators=(",", ":"), allow_nan=False)
        packed = gzip.compress(text.encode(), 9, mtime=0)
        (DATA / f"{name}.json.gz").write_bytes(packed)
        print(f"{name}: {len(packed):,} bytes, {len(text):,} unpacked")


if __name__ == "__main__":
    main(sys.argv[1:])
