"""Writes golden.json: what TensorFlow computes for windows, ties and their gradients.

    python generate.py

All data is small whole numbers, so that every value is exact in float32 and
the tests tolerate no difference. Made with TensorFlow 2.21 on a CPU.
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

# height, width, channels, filters, kernel, stride, dilation, padding
CONVOLUTIONS = [
    (5, 6, 2, 3, (3, 3), 1, 1, "SAME"),
    (5, 6, 2, 3, (3, 3), 2, 1, "SAME"),
    (6, 7, 2, 2, (3, 3), 2, 1, "SAME"),
    (7, 5, 1, 2, (2, 3), 2, 1, "SAME"),
    (7, 8, 1, 2, (5, 5), 3, 1, "SAME"),
    (4, 4, 2, 2, (1, 1), 3, 1, "SAME"),
    (2, 3, 1, 2, (5, 4), 1, 1, "SAME"),
    (6, 5, 2, 2, (3, 2), 1, 1, "VALID"),
    (7, 6, 2, 2, (3, 3), 2, 1, "VALID"),
    (7, 8, 1, 2, (3, 3), 1, 2, "SAME"),
    (8, 7, 2, 1, (2, 3), 1, 2, "VALID"),
]

# height, width, channels, multiplier, kernel, stride, padding
DEPTHWISE = [
    (5, 6, 3, 1, (3, 3), 1, "SAME"),
    (6, 5, 2, 2, (3, 3), 2, "SAME"),
    (5, 5, 2, 3, (2, 2), 1, "VALID"),
]

# height, width, channels, window, stride, padding
POOLS = [
    (4, 6, 2, (2, 2), 2, "VALID"),
    (5, 7, 2, (2, 2), 2, "VALID"),
    (5, 7, 2, (2, 2), 2, "SAME"),
    (5, 5, 1, (3, 3), 1, "SAME"),
    (6, 6, 1, (3, 3), 2, "SAME"),
    (5, 6, 1, (3, 2), 1, "VALID"),
    (7, 7, 1, (2, 2), 3, "SAME"),
]


def whole(rng, *shape):
    return rng.integers(-2, 3, shape).astype(np.float32)


def array(value):
    value = np.asarray(value)
    return {"shape": list(value.shape), "values": [int(x) for x in value.ravel()]}


def gradients(f, *operands):
    variables = [tf.Variable(x) for x in operands]
    with tf.GradientTape() as tape:
        y = f(*variables)
        upstream = whole(np.random.default_rng(7), *y.shape)
        loss = tf.reduce_sum(y * upstream)
    return y, upstream, tape.gradient(loss, variables)


def case(operation, f, operands, **attributes):
    y, upstream, parts = gradients(f, *operands)
    return {
        "operation": operation, **attributes, "operands": [array(x) for x in operands],
        "result": array(y), "upstream": array(upstream), "gradients": [array(g) for g in parts],
    }


def convolutions(rng):
    for h, w, c, filters, kernel, stride, dilation, padding in CONVOLUTIONS:
        yield case("convolution",
                   lambda x, k: tf.nn.conv2d(x, k, stride, padding, dilations=dilation),
                   [whole(rng, 2, h, w, c), whole(rng, *kernel, c, filters)],
                   kernel=kernel, stride=stride, dilation=dilation, padding=padding, groups=1)


def depthwise(rng):
    for h, w, c, multiplier, kernel, stride, padding in DEPTHWISE:
        yield case("convolution",
                   lambda x, k: tf.nn.depthwise_conv2d(x, tf.reshape(k, (*kernel, c, multiplier)), (1, stride, stride, 1), padding),
                   [whole(rng, 2, h, w, c), whole(rng, *kernel, 1, c * multiplier)],
                   kernel=kernel, stride=stride, dilation=1, padding=padding, groups=c)


def pools(rng):
    for h, w, c, kernel, stride, padding in POOLS:
        x = whole(rng, 2, h, w, c)
        yield case("maximum", lambda x: tf.nn.max_pool2d(x, kernel, stride, padding), [x],
                   kernel=kernel, stride=stride, dilation=1, padding=padding)


def ties(rng):
    x, y = whole(rng, 4, 5), whole(rng, 4, 5)
    yield case("max", tf.maximum, [x, y])
    yield case("min", tf.minimum, [x, y])
    yield case("relu", tf.nn.relu, [x])
    yield case("abs", tf.abs, [x])
    yield case("sign", tf.sign, [x])
    # Ties of one, two and four, so that their shares are exact.
    yield case("reduce_max", lambda x: 4 * tf.reduce_max(x, 1), [np.float32([[1, 2, 2, 0], [3, 3, 3, 3], [0, 5, 1, 2]])])
    yield case("reduce_min", lambda x: 4 * tf.reduce_min(x, 1), [np.float32([[1, 2, 1, 3], [3, 3, 3, 3], [0, 5, 1, 2]])])


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    cases = [c for make in (convolutions, depthwise, pools, ties) for c in make(rng)]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
