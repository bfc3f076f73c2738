"""Writes monitors.json: what Keras' callbacks do about series of values.

Made with Keras 3.15.1: python monitors.py > monitors.json
"""

import itertools
import json
import random

import keras

random.seed(3)


def series(kind, length=14):
    if kind == "falling":
        return [round(2 / (1 + i), 3) for i in range(length)]
    if kind == "plateau":
        return [round(max(1.0, 2 - 0.3 * i), 3) for i in range(length)]
    if kind == "rising":
        return [round(0.5 + 0.05 * i, 3) for i in range(length)]
    return [round(random.uniform(0, 2), 3) for _ in range(length)]


def model():
    m = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    m.compile(keras.optimizers.SGD(0.5), "mse")
    return m


def run(callback, values):
    m = model()
    callback.set_model(m)
    callback.on_train_begin()
    stopped, rates = -1, []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
        rates.append(float(m.optimizer.learning_rate))
        if m.stop_training:
            stopped = epoch
            break
    return stopped, rates


cases = []
kinds = ["falling", "plateau", "rising", "random", "random"]
for kind, patience, delta, baseline, start in itertools.product(
    kinds, [0, 1, 3], [0, 0.2], [None, 0.7], [0, 4]
):
    values = series(kind)
    mode = random.choice(["auto", "min", "max"])
    callback = keras.callbacks.EarlyStopping(
        patience=patience, min_delta=delta, baseline=baseline,
        start_from_epoch=start, mode=mode, restore_best_weights=True,
    )
    stopped, _ = run(callback, values)
    cases.append(dict(
        callback="EarlyStopping", patience=patience, min_delta=delta, baseline=baseline,
        start=start, mode=mode, values=values, stopped=stopped, best=callback.best_epoch,
    ))
for kind, patience, delta, cooldown, least in itertools.product(
    kinds, [1, 3], [0, 1e-4, 0.3], [0, 2], [0, 0.1]
):
    values = series(kind)
    mode = random.choice(["auto", "min", "max"])
    callback = keras.callbacks.ReduceLROnPlateau(
        factor=0.5, patience=patience, min_delta=delta, cooldown=cooldown, min_lr=least, mode=mode,
    )
    _, rates = run(callback, values)
    cases.append(dict(
        callback="ReduceLROnPlateau", patience=patience, min_delta=delta,
        cooldown=cooldown, least=least, mode=mode, values=values, rates=rates,
    ))
lines = ",\n".join(json.dumps(case) for case in cases)
print("[\n" + lines + "\n]")
