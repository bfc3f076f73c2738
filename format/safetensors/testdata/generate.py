"""Writes the test files with the format's own library:

    pip install safetensors==0.8.0 numpy ml_dtypes
    python generate.py

golden.safetensors has every type that a tensor of Lince holds, and metadata;
float8.safetensors a type that none holds.
"""

import pathlib

import ml_dtypes
import numpy
from safetensors.numpy import save

TYPES = [
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float16", ml_dtypes.bfloat16, "float32", "float64",
]
SHAPES = {"float32": (2, 3), "float64": (), "uint8": (0, 4)}

here = pathlib.Path(__file__).parent
tensors = {}
for kind in map(numpy.dtype, TYPES):
    shape = SHAPES.get(kind.name, (2,))
    count = int(numpy.prod(shape))
    tensors["layer/ü \"" + kind.name] = (numpy.arange(count) % 7 - (kind.kind in "if")).astype(kind).reshape(shape)
metadata = {"format": "np <&> ü"}
here.joinpath("golden.safetensors").write_bytes(save(tensors, metadata))
here.joinpath("float8.safetensors").write_bytes(save({"f8": numpy.ones(3, ml_dtypes.float8_e4m3fn)}))
