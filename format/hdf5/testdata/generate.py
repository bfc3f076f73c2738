"""Makes the golden HDF5 files of this folder with h5py, and values.json, which
says what h5py itself reads from them.

    python generate.py            # rewrites the files beside it
"""

import json
import os

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">f4", ">i2", "?"]


def types(f):
    for name in TYPES:
        values = np.arange(6).reshape(2, 3) % 2 if name == "?" else np.arange(6).reshape(2, 3) - (3 if name[-2] in "fi" else 0)
        f["big_" + name[1:] if name[0] == ">" else {"?": "bool"}.get(name, name)] = values.astype(name)
    f["scalar"] = np.float32(1.5)
    f["none"] = np.zeros((0, 4), "f4")
    f["never_written"] = np.zeros(0)
    f.create_dataset("filled", (3,), "i4", fillvalue=7)


def texts(f):
    f.create_dataset("variable", data=["one", "", "zwei", "três"], dtype=h5py.string_dtype())
    f.create_dataset("fixed", data=np.array([b"a", b"bcd", b""]))
    f.create_dataset("scalar", data="alone", dtype=h5py.string_dtype())


def attributes(f):
    f.attrs["text"] = "héllo"
    f.attrs["bytes"] = np.bytes_("plain")
    f.attrs["texts"] = ["a", "bc", ""]
    f.attrs["fixed"] = np.array([b"conv2d", b"dense"])
    f.attrs["no_texts"] = []
    f.attrs["int"] = 3
    f.attrs["float"] = 0.5
    f.attrs["flag"] = True
    f.attrs["vector"] = np.arange(4, dtype="f4")
    f.create_group("empty").attrs["nothing"] = h5py.Empty("f4")


def many(f):
    """Enough entries for B-trees of two levels, and for heaps with libver latest.
    Most are links to one group, which keeps the file small."""
    g = f.create_group("layers")
    for i in range(300):
        if i in (0, 7, 8):
            g.create_group(f"layer_{i}")
        else:
            g[f"layer_{i}"] = g["layer_0"]
    g["layer_7"]["kernel"] = np.float32(7)
    for i in range(40):
        g["layer_8"].attrs[f"a{i}"] = i
    g["layer_8"].attrs["long"] = ["x" * 60] * 100
    g["layer_8"].attrs["outside"] = np.arange(2000, dtype="f4")  # too large for a block of the heap


def deep(f):
    """With libver latest an index of three levels and a heap of many rows."""
    g = f.create_group("g")
    for i in range(1300):
        f[f"n{i}"] = g


def chunks(f):
    data = np.arange(7 * 11 * 3, dtype="f4").reshape(7, 11, 3)
    f.create_dataset("plain", data=data, chunks=(2, 4, 3))
    f.create_dataset("deflate", data=data, chunks=(3, 5, 2), compression="gzip", shuffle=True)
    f.create_dataset("guarded", data=data, chunks=(7, 11, 3), fletcher32=True, compression="gzip")
    f.create_dataset("vector", data=np.arange(1000, dtype="i2"), chunks=(3,), shuffle=True)
    holes = f.create_dataset("holes", (10, 10), "i4", chunks=(5, 5), fillvalue=-1)
    holes[7, 8] = 5


def single(f):
    data = np.arange(12, dtype="f4").reshape(3, 4)
    f.create_dataset("stored", data=data, chunks=(3, 4))
    f.create_dataset("deflated", data=data, chunks=(3, 4), compression="gzip", shuffle=True, fletcher32=True)


def refused(f):
    f["soft"] = h5py.SoftLink("/elsewhere")
    f["external"] = h5py.ExternalLink("other.h5", "/secret")
    f.create_dataset("outside", (4,), "f4", external=[("data.raw", 0, 16)])
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    f.create_virtual_dataset("virtual", layout)
    f["compound"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
    f["complex"] = np.zeros(2, "c8")


def mixed(f):
    attributes(f)
    f["x"] = np.arange(6, dtype="f4").reshape(2, 3)
    f["group/nested/y"] = np.arange(3)


FILES = {
    "types": (types, {}), "types_latest": (types, {"libver": "latest"}),
    "texts": (texts, {}), "texts_latest": (texts, {"libver": "latest"}),
    "attributes": (attributes, {}), "attributes_latest": (attributes, {"libver": "latest"}),
    "many": (many, {}), "many_latest": (many, {"libver": "latest"}), "many_ordered": (many, {"track_order": True}),
    "deep_latest": (deep, {"libver": "latest"}), "chunks": (chunks, {}), "single_latest": (single, {"libver": "latest"}),
    "refused": (refused, {}), "refused_latest": (refused, {"libver": "latest"}),
    "userblock": (mixed, {"userblock_size": 512}), "mixed_v108": (mixed, {"libver": ("v108", "v108")}),
}


def value(a):
    if isinstance(a, h5py.Empty):
        return "empty"
    a = np.asarray(a)
    if a.dtype.kind in "OSU":
        return [x.decode() if isinstance(x, bytes) else x for x in a.ravel()]
    return a.astype("f8").ravel().tolist()


def describe(f):
    objects = {}

    def visit(name, o):
        entry = {"attributes": {k: value(v) for k, v in o.attrs.items()}}
        if isinstance(o, h5py.Dataset):
            entry.update(shape=list(o.shape), dtype="string" if o.dtype.kind in "OS" else o.dtype.name, values=value(o[()]))
        objects["/" + name] = entry

    visit("", f)
    f.visititems(visit)
    return objects


def main():
    golden = {}
    for name, (fill, options) in FILES.items():
        path = os.path.join(HERE, name + ".h5")
        with h5py.File(path, "w", **options) as f:
            fill(f)
        if not name.startswith("refused"):
            with h5py.File(path, "r") as f:
                golden[name] = describe(f)
    with open(os.path.join(HERE, "values.json"), "w") as out:
        json.dump(golden, out, sort_keys=True)
        out.write("\n")


if __name__ == "__main__":
    main()
