"""Writes npy.json: small .npy files as numpy writes them, in base64, each with its shape and values (values: null where Reverie refuses the file)."""
import base64
import io
import json
import os
import warnings

import numpy

RAMP = numpy.arange(24)
SINGLE = (RAMP / 7).astype("<f4")
READ = {
    "float32": SINGLE.reshape(2, 3, 4),
    "float64": (RAMP / 7).reshape(1, 3, 2, 4),
    "int64": RAMP - 12,
    "a scalar": numpy.float64(0.1).reshape(()),
    "no values": numpy.zeros((3, 0, 2), "<f4"),
    "extremes": numpy.array([3.4028235e38, -1e-45, 0.0, -0.0], "<f4"),
    "version 1": SINGLE,
    "version 2": SINGLE,
    "version 3": SINGLE,
}
REFUSED = {
    "Fortran order": numpy.asfortranarray((RAMP / 7).reshape(4, 6)),
    "big-endian float32": SINGLE.astype(">f4"),
    "big-endian float64": SINGLE.astype(">f8"),
    "float16": SINGLE.astype("<f2"),
    "int32": RAMP.astype("<i4"),
    "bytes": RAMP.astype("u1"),
    "truth values": RAMP % 2 == 0,
    "complex numbers": SINGLE.astype("<c8"),
    "texts": numpy.array(["a", "bc"]),
    "a structure": numpy.zeros(3, [("x", "<f4"), ("y", "<i4")]),
    "objects": numpy.array([None, "x"], dtype=object),
}


def file_of(name, x):
    stream = io.BytesIO()
    version = (int(name[-1]), 0) if name.startswith("version") else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")   # numpy warns that old versions of it cannot read versions 2 and 3
        numpy.lib.format.write_array(stream, x, version=version)
    return base64.b64encode(stream.getvalue()).decode()


samples = [{"name": name, "shape": x.shape, "values": [float(v) for v in x.ravel()], "file": file_of(name, x)} for name, x in READ.items()]
samples += [{"name": name, "shape": x.shape, "values": None, "file": file_of(name, x)} for name, x in REFUSED.items()]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npy.json")
with open(path, "w") as file:
    json.dump({"made_with": {"numpy": numpy.__version__}, "samples": samples}, file, separators=(",", ":"))
    file.write("\n")
