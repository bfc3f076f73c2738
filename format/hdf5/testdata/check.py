"""Reads a file that this package wrote with h5py and compares all of it.

    LINCE_HDF5_OUT=/tmp/out.h5 go test -run TestKeepForOthers .. && python check.py /tmp/out.h5
"""

import sys

import h5py
import numpy as np

EXPECTED = {
    "bool": [True, False, True], "u1": [0, 255], "i1": [-128, 127], "u2": [0, 65535], "i2": [-32768, 32767],
    "u4": [0, 2**32 - 1], "i4": [-(2**31), 2**31 - 1], "u8": [0, 2**64 - 1], "i8": [-(2**63), 2**63 - 1],
    "f2": [1, np.inf], "f4": [[1.5, -2, np.float32(3e38)], [0, 1, 2]], "f8": [1e300, -2],
}

with h5py.File(sys.argv[1], "r") as f:
    for name, want in EXPECTED.items():
        dtype = np.dtype("?" if name == "bool" else name)
        got = f["types"][name]
        assert got.dtype == dtype and np.array_equal(got[()], np.array(want, dtype)), (name, got, got[()])
    assert f["types/bf2"].dtype == "V2" and f["types/bf2"].attrs["dtype"] == "bfloat16"
    assert f["types/bf2"][()].view("u2").tolist() == [0x3F80, 0xFF80]
    assert f["scalar"].shape == () and f["scalar"][()] == np.float32(0.001)
    assert f["empty"].shape == (0, 3)
    assert f["deep/a/b/c/d"].shape == (200, 200) and not f["deep/a/b/c/d"][()].any()
    assert [t.decode() for t in f["texts"][()]] == ["one", "", "zwölf", "x" * 70000]
    assert f.attrs["text"] == "héllo" and list(f.attrs["texts"]) == ["a", "bc"]
    assert f["many"].attrs["long"] == "config " * 50000 and len(f["many"].attrs["none"]) == 0
    assert f["many/7"].attrs["int"] == -3 and f["many/7"].attrs["flag"] == True
    assert sorted(f["many"], key=int) == [str(i) for i in range(700)]
    assert all(f["many"][str(i)][()] == i for i in range(700))
with h5py.File(sys.argv[1], "r+") as f:  # and it can go on
    for i in range(100):
        f.create_group(f"many/more_{i}").attrs["name"] = "x" * i
    del f["many/3"]
with h5py.File(sys.argv[1], "r") as f:
    assert len(f["many"]) == 799 and f["many/699"][()] == 699 and f["many/more_99"].attrs["name"] == "x" * 99
print("h5py reads all of it and can add to it")
