"""Writes the golden files of the packages under images.

    python generate.py [topic ...]

Topics: resize, tensorflow, augment, large, standardize, random, decode, photos, flow.
Made with Keras 3.15.1, TensorFlow 2.21, Pillow 13.0, SciPy 1.17.1 and NumPy 2.4.6.
Arrays are stored as base64 of their little-endian bytes, one case a line.
"""

import base64
import itertools
import json
import os
import sys
import zlib

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
FILTERS = {
    "nearest": Image.NEAREST,
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "box": Image.BOX,
    "hamming": Image.HAMMING,
    "lanczos": Image.LANCZOS,
}


def pack(array):
    array = np.ascontiguousarray(array)
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def write(name, cases, sources=()):
    lines = ",\n".join(json.dumps(c) for c in cases)
    pictures = ",\n".join(json.dumps(pack(s)) for s in sources)
    with open(os.path.join(HERE, name), "w") as f:
        f.write('{"sources": [\n%s\n],\n"cases": [\n%s\n]}\n' % (pictures, lines))


def picture(height, width, channels, seed=0):
    """Smooth colours, a hard edge and some noise: all that filters and codecs meet."""
    rng = np.random.RandomState(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    planes = []
    for c in range(channels):
        wave = 127 + 110 * np.sin(rows / (2.5 + c) + c) * np.cos(columns / (3.1 - 0.4 * c))
        wave[rows * 2 > height + c] = 255 - 60 * c
        planes.append(wave + rng.uniform(-20, 20, (height, width)))
    out = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    if channels == 4:
        out[0, :, 3] = 0
        out[-1, :, 3] = 255
    return out


def image_of(array):
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)


def array_of(image):
    array = np.asarray(image)
    return array[:, :, None] if array.ndim == 2 else array


def resize():
    sources = [picture(h, w, c, seed=h) for h, w, c in [(17, 24, 3), (24, 17, 1), (9, 13, 4), (1, 7, 3), (6, 1, 1), (1, 1, 4)]]
    targets = [(7, 10), (20, 26), (17, 5), (25, 24), (1, 1), (3, 30)]
    cases = []
    for i, source in enumerate(sources):
        for name, (h, w) in itertools.product(FILTERS, targets):
            result = array_of(image_of(source).resize((w, h), FILTERS[name]))
            cases.append({"source": i, "filter": name, "box": [0, 0, 0, 0], "result": pack(result)})
    for i, source in enumerate(sources[:3]):
        h, w, _ = source.shape
        for name, box in itertools.product(FILTERS, [(3, 2, w - 6, h - 3), (w // 3, 0, w // 2, h), (0, 1, w, h - 1)]):
            left, top, width, height = box
            corners = (left, top, left + width, top + height)
            for size in [(8, 8), (width, 20), (11, height), (width, height)]:
                result = array_of(image_of(source).resize(size, FILTERS[name], box=corners))
                cases.append({"source": i, "filter": name, "box": [top, left, height, width], "result": pack(result)})
    write("resize.json", cases, sources)


def tensorflow():
    import keras

    methods = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"]
    cases = []
    resize_layer = keras.ops.image.resize
    sources = [picture(h, w, c, seed=h) for h, w, c in [(13, 19, 3), (9, 5, 1), (1, 1, 3)]]
    for i, source in enumerate(sources):
        for method, (th, tw) in itertools.product(methods, [(7, 10), (16, 21), (3, 27), (1, 1)]):
            for aspect in ["", "crop", "pad"]:
                if "" != aspect and method not in ("bilinear", "bicubic", "lanczos3", "area"):
                    continue
                if method.startswith("lanczos") or method in ("area", "gaussian", "mitchellcubic"):
                    result = with_tensorflow(source, th, tw, method, aspect)
                else:
                    result = resize_layer(
                        source.astype("float32"), (th, tw), interpolation=method,
                        crop_to_aspect_ratio=aspect == "crop", pad_to_aspect_ratio=aspect == "pad", data_format="channels_last",
                    )
                result = np.asarray(result, np.float32)
                cases.append({"source": i, "filter": method, "aspect": aspect, "result": pack(result)})
    write("tensorflow.json", cases, sources)


def with_tensorflow(source, th, tw, method, aspect):
    """Keras' own aspect handling around methods that its backend-free resize does not list."""
    import tensorflow as tf

    h, w, c = source.shape
    if aspect == "crop":
        ch, cw = max(1, min(h, w * th // tw)), max(1, min(w, h * tw // th))
        top, left = (h - ch) // 2, (w - cw) // 2
        source = source[top : top + ch, left : left + cw]
    if aspect == "pad":
        above, beside = (max(h, w * th // tw) - h) // 2, (max(w, h * tw // th) - w) // 2
        source = np.pad(source, ((above, above), (beside, beside), (0, 0)))
    return tf.image.resize(source.astype("float32"), (th, tw), method=method).numpy()


TRANSFORMS = [
    {"theta": 33.0},
    {"theta": 90.0},
    {"tx": 2.25, "ty": -3.5},
    {"shear": 20.0, "zx": 0.8, "zy": 1.3},
    {"zx": 2.5, "zy": 3.0},
    {"theta": -140.0, "tx": 1.0, "ty": 4.0, "shear": -8.0, "zx": 1.2, "zy": 0.7, "flip_horizontal": True},
    {"tx": 40.0, "ty": -60.0},
]
COLOURS = [
    {"flip_horizontal": True},
    {"flip_horizontal": True, "flip_vertical": True},
    {"channel_shift_intensity": 31.7},
    {"channel_shift_intensity": -12.25, "flip_vertical": True},
    {"brightness": 0.0},
    {"brightness": 0.35},
    {"brightness": 1.0},
    {"brightness": 1.7},
    {"theta": 12.5, "channel_shift_intensity": 20.5, "brightness": 0.8, "flip_horizontal": True},
]


def augment():
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    sources = []

    def case(source, mode, order, parameters):
        generator = ImageDataGenerator(fill_mode=mode, cval=17.5, interpolation_order=order)
        result = generator.apply_transform(source, parameters)
        if not sources or sources[-1] is not source:
            sources.append(source)
        return {"source": len(sources) - 1, "fill": mode, "order": order, "transform": parameters, "result": pack(np.asarray(result, np.float32))}

    cases = []
    modes = ["nearest", "constant", "reflect", "wrap"]
    source = picture(9, 7, 3, seed=3).astype(np.float32)
    for mode, order, parameters in itertools.product(modes, [0, 1, 3], TRANSFORMS):
        cases.append(case(source, mode, order, parameters))
    for h, w, c in [(5, 12, 1), (8, 8, 3), (1, 6, 3), (6, 2, 4), (1, 1, 1)]:
        source = picture(h, w, c, seed=4).astype(np.float32)
        for mode, order in itertools.product(modes, [0, 1, 3]):
            cases.append(case(source, mode, order, TRANSFORMS[5]))
    inside = [picture(6, 7, c, seed=5).astype(np.float32) for c in (1, 3, 4)]
    outside = inside[1] * 1.5 - 40
    for source in inside + [outside]:
        for parameters in COLOURS:
            cases.append(case(source, "nearest", 1, parameters))
    write("augment.json", cases, sources)


def formula(height, width, channels):
    """A picture that the tests compute for themselves, as large as a photo."""
    y, x, c = np.ogrid[0:height, 0:width, 0:channels]
    return ((x * x + 3 * y * y + x * y * (c + 1)) // 61 % 256).astype(np.uint8)


def large():
    """Checksums of whole results at the size of photos."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    cases = []
    for channels, name in itertools.product([1, 3, 4], FILTERS):
        source = image_of(formula(375, 500, channels))
        for h, w in [(150, 150), (299, 600), (32, 700)]:
            result = np.ascontiguousarray(array_of(source.resize((w, h), FILTERS[name])))
            cases.append({"channels": channels, "filter": name, "size": [h, w], "checksum": zlib.crc32(result.tobytes())})
    source = formula(150, 131, 3).astype(np.float32)
    random = np.random.RandomState(5)
    for mode, order in itertools.product(["nearest", "constant", "reflect", "wrap"], [0, 1, 3]):
        for _ in range(4):
            parameters = {
                "theta": random.uniform(-60, 60), "tx": random.uniform(-40, 40), "ty": random.uniform(-40, 40),
                "shear": random.uniform(-30, 30), "zx": random.uniform(0.5, 2), "zy": random.uniform(0.5, 2),
                "flip_horizontal": True, "channel_shift_intensity": random.uniform(-30, 30), "brightness": random.uniform(0.5, 1.5),
            }
            generator = ImageDataGenerator(fill_mode=mode, cval=17.5, interpolation_order=order)
            result = np.ascontiguousarray(generator.apply_transform(source, parameters), np.float32)
            cases.append({"fill": mode, "order": order, "transform": parameters, "checksum": zlib.crc32(result.tobytes())})
            parameters = dict(parameters)
            del parameters["brightness"]
            result = np.ascontiguousarray(generator.apply_transform(source, parameters), np.float32)
            cases.append({"fill": mode, "order": order, "transform": parameters, "checksum": zlib.crc32(result.tobytes())})
    write("large.json", cases)


def standardize():
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    pictures = np.stack([picture(4, 5, 3, seed=s) for s in range(90)]).astype(np.float32)
    cases = []
    for options in [
        {"rescale": 1 / 255},
        {"samplewise_center": True},
        {"samplewise_std_normalization": True},
        {"featurewise_center": True},
        {"featurewise_std_normalization": True},
        {"rescale": 1 / 255, "samplewise_center": True, "featurewise_std_normalization": True},
        {"rescale": 1 / 255, "zca_whitening": True, "zca_epsilon": 1e-3},
    ]:
        generator = ImageDataGenerator(**options)
        generator.fit(pictures)
        result = generator.standardize(pictures[:2].copy() if options.get("zca_whitening") else pictures[1].copy())
        result = result[1] if result.ndim == 4 else result
        cases.append({"options": options, "result": pack(np.asarray(result, np.float32))})
    write("standardize.json", cases, [pictures.astype(np.uint8)])


def random():
    cases = []
    for seed in [0, 42, 123, 1337, 2**32 - 1]:
        np.random.seed(seed)
        cases.append(
            {
                "seed": seed,
                "random": [np.random.random() for _ in range(3)],
                "uniform": [np.random.uniform(-40, 40) for _ in range(3)],
                "choice": [int(np.random.choice(n)) for n in (1, 2, 3, 10, 1000, 10**7)],
                "list": [int(np.random.choice([5, 7, 11])) for _ in range(4)],
                "permutation": np.random.permutation(10).tolist(),
                "far": float(np.random.random(2000)[-1]),
            }
        )
    write("random.json", cases)


if __name__ == "__main__":
    sys.modules["generate"] = sys.modules["__main__"]
    import decoding
    import flowing

    topics = {f.__name__: f for f in (resize, tensorflow, augment, large, standardize, random, decoding.decode, decoding.photos, flowing.flow)}
    for topic in sys.argv[1:] or topics:
        topics[topic]()
