"""Writes resampling.json: small planes resized by PyTorch (bilinear, both values of align_corners) and by Pillow ('F' mode: BILINEAR, BICUBIC, LANCZOS)."""
import json
import os

import numpy
import PIL
import torch
from PIL import Image

KERNELS = {
    "BilinearAlignCorners": lambda x, size: torch_resize(x, size, True),
    "Bilinear": lambda x, size: torch_resize(x, size, False),
    "Triangle": lambda x, size: pil_resize(x, size, Image.Resampling.BILINEAR),
    "CatmullRom": lambda x, size: pil_resize(x, size, Image.Resampling.BICUBIC),
    "Lanczos3": lambda x, size: pil_resize(x, size, Image.Resampling.LANCZOS),
}
SIZES = [((13, 17), (13, 17)), ((13, 17), (7, 9)), ((13, 17), (29, 31)), ((13, 17), (5, 40)), ((13, 17), (1, 1)), ((1, 6), (4, 11)), ((24, 3), (2, 3)), ((2, 2), (5, 5))]


def torch_resize(x, size, align):
    return torch.nn.functional.interpolate(torch.from_numpy(x)[None, None], size, mode="bilinear", align_corners=align)[0, 0].numpy()


def pil_resize(x, size, kernel):
    return numpy.asarray(Image.fromarray(x, "F").resize((size[1], size[0]), kernel))


def numbers(x):
    return [float(f"{v:.9g}") for v in x.astype(numpy.float32).ravel()]   # nine digits give back every float32


random = numpy.random.RandomState(5)
cases = []
for old, new in SIZES:
    x = random.rand(*old).astype(numpy.float32)
    cases.append({"from": old, "to": new, "input": numbers(x), "output": {name: numbers(resize(x, new)) for name, resize in KERNELS.items()}})
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "resampling.json")
with open(path, "w") as file:
    json.dump({"made_with": {"torch": torch.__version__, "pillow": PIL.__version__}, "cases": cases}, file, separators=(",", ":"))
    file.write("\n")
