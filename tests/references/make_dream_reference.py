"""Writes dream.json: Google's DeepDream recipe of 2015 restated in PyTorch, without jitter. README.md gives its form.

Run: python3 make_dream_reference.py [SHARED]
"""
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F

from hash_picture import digest, hash_picture, network_input
from make_gradient_references import card_of, made_with, relative_error, write_json
from onnx_torch import OnnxModule, file_sha256

HERE = pathlib.Path(__file__).parent
LAYER = "inception_4c/output"
HEIGHT, WIDTH, SEED = 160, 128, 2015
EPSILON = 1e-20  # the notebook has none; it only matters where a gradient is zero everywhere
SETTINGS = (  # (octaves, steps, step size); the last one drives pixels into both bounds
    (1, 5, 1.5),
    (2, 5, 1.5),
    (1, 5, 20.0),
)


def zoom(x, size):
    """scipy.ndimage.zoom of order 1, as the notebook uses it: linear, corners aligned, no prefilter, positions in float64."""
    return F.interpolate(x.double(), size, mode="bilinear", align_corners=True).to(x.dtype)


def octave_sizes(height, width, octaves, scale=1.4):
    sizes = [(height, width)]
    while len(sizes) < octaves:
        sizes.append(tuple(round(s / scale) for s in sizes[-1]))
    return sizes


def dream(network, x, low, high, octaves, steps, step_size):
    """The picture dreamt from x [1, 3, H, W] in the network's own units, and the objective before each step."""
    sizes = octave_sizes(*x.shape[2:], octaves)
    bases = [x]
    for size in sizes[1:]:
        bases.append(zoom(bases[-1], size))
    detail, values = torch.zeros_like(bases[-1]), []
    for base in bases[::-1]:
        x = base + zoom(detail, base.shape[2:])
        for _ in range(steps):
            x = x.detach().requires_grad_()
            activation = network(x)
            value = 0.5 * (activation * activation).sum()
            gradient, = torch.autograd.grad(value, x)
            values.append(float(value))
            with torch.no_grad():
                x = x + step_size / max(float(gradient.abs().mean(dtype=torch.float64)), EPSILON) * gradient
                x = torch.maximum(torch.minimum(x, high), low)
        detail = x - base
    return x.detach(), values


def to_rgb(x, card):
    """[3, H, W] in 0..1, planes red, green, blue, of a network input of range 0..255."""
    levels = x[0].double().numpy() + numpy.array(card["mean"]).reshape(3, 1, 1)
    return (levels[::-1] if card["channels"] == "BGR" else levels) / 255


def main():
    torch.set_num_threads(2)
    shared = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../../shared").resolve()
    path = shared / "models/googlenet.onnx"
    card = card_of(path)
    levels = hash_picture(HEIGHT, WIDTH, SEED)
    start = network_input(levels, card)
    cases = []
    for smooth in (False, True):
        networks = {t: OnnxModule(path, t, stop_at=LAYER, smooth=smooth) for t in (torch.float64, torch.float32)}
        for octaves, steps, step_size in SETTINGS:
            pictures, values = {}, {}
            for dtype, network in networks.items():
                mean = torch.tensor(card["mean"], dtype=dtype).reshape(1, 3, 1, 1)
                x, values[dtype] = dream(network, torch.from_numpy(start).to(dtype), -mean, 255 - mean, octaves, steps, step_size)
                pictures[dtype] = to_rgb(x, card)
            exact, single = pictures[torch.float64], pictures[torch.float32]
            before = levels / 255.0
            cases.append({
                "network": "smooth" if smooth else "original", "octaves": octaves, "steps": steps, "step_size": step_size,
                "sizes": [list(s) for s in octave_sizes(HEIGHT, WIDTH, octaves)], "values": values[torch.float64],
                "float32_values": values[torch.float32],
                "picture": digest(exact), "change": digest(exact - before),
                "clipped_share": float(numpy.mean((exact <= 0) | (exact >= 1))),
                "float32_error": relative_error(single, exact),
                "float32_error_of_change": relative_error(single - before, exact - before)})
            print({k: v for k, v in cases[-1].items() if k not in ("picture", "change", "sizes")}, flush=True)
    write_json(HERE / "dream.json", {
        "model": path.name, "sha256": file_sha256(path), "made_with": made_with(), "layer": LAYER, "octave_scale": 1.4,
        "epsilon": EPSILON, "input": {"height": HEIGHT, "width": WIDTH, "seed": SEED}, "cases": cases})


if __name__ == "__main__":
    main()
