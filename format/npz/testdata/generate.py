"""Makes the golden arrays of this folder with NumPy, and values.json, which
says what they hold.

    python generate.py
"""

import json
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))

data = np.arange(24).reshape(2, 3, 4)
arrays = {t.replace(">", "big_"): (data - (5 if t[-2] in "fi" else 0)).astype(t) for t in
          ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">f4", ">i8"]}
arrays |= {
    "bool": data % 3 == 0, "scalar": np.float32(1.5), "empty": np.zeros((3, 0), "f4"), "vector": np.arange(5, dtype="f4"),
    "fortran": np.asfortranarray(data.astype("f4")), "fortran_2d": np.asfortranarray(data[0].astype(">i2")),
    "nested/name": np.arange(2), "special": np.array([np.inf, -np.inf, 65504], "f2"),
}
np.savez(os.path.join(HERE, "stored.npz"), **arrays)
np.savez_compressed(os.path.join(HERE, "deflated.npz"), **arrays)
for name in ("f4", "fortran", "scalar"):
    np.save(os.path.join(HERE, name + ".npy"), arrays[name])
refused = {"objects": np.array([{}], dtype=object), "records": np.zeros(2, [("a", "f4"), ("b", "i4")]), "texts": np.array(["a"]), "complex": np.zeros(2, "c8")}
for name, array in refused.items():
    np.save(os.path.join(HERE, "refused_" + name + ".npy"), array, allow_pickle=True)
words = np.array([["one", ""], ["zwölf", "a\0b"]])
np.savez(os.path.join(HERE, "texts.npz"), wide=words, big=np.asfortranarray(words.astype(">U5")), bytes=np.array([b"cat", b"", b"dog", b"x"]), number=np.arange(2))

with open(os.path.join(HERE, "values.json"), "w") as out:
    json.dump({k: {"shape": v.shape, "dtype": v.dtype.name, "values": [str(x) for x in v.astype("f8").ravel().tolist()]} for k, v in arrays.items()}, out, sort_keys=True)
    out.write("\n")
