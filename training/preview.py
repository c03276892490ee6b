"""Dreams by the recipe of 2015, to look at a network before Reverie runs it.

    python3 preview.py --out DIR network.onnx picture.png [picture.png ...] [--layers relu4_3,relu5_3]

Per picture and layer: 4 octaves of ratio 1.4, 10 steps each, a step of 1.5/255 of the range in mean absolute value,
jitter of 32 pixels; half the sum of the layer's squares is what is climbed (Mordvintsev, Olah, Tyka 2015).
"""
import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import cards
import pictures
from onnx_torch import OnnxNetwork


def dream(network, card, picture, layer, octaves=4, ratio=1.4, steps=10, step=1.5 / 255, jitter=32, seed=0):
    """picture [1,3,H,W] in 0..1 -> the dream, same shape and range."""
    random = np.random.default_rng(seed)
    bases = [picture]
    for _ in range(octaves - 1):
        size = [max(32, round(s / ratio)) for s in bases[-1].shape[2:]]
        bases.append(F.interpolate(bases[-1], size, mode="bilinear", align_corners=True))
    detail = torch.zeros_like(bases[-1])
    for base in reversed(bases):
        detail = F.interpolate(detail, base.shape[2:], mode="bilinear", align_corners=True)
        x = base + detail
        for _ in range(steps):
            shift = tuple(random.integers(-jitter, jitter + 1, 2).tolist())
            leaf = x.roll(shift, (2, 3)).requires_grad_()
            (0.5 * network(cards.normalise(leaf, card), [layer])[layer].pow(2).sum()).backward()
            gradient = leaf.grad.roll((-shift[0], -shift[1]), (2, 3))
            size = gradient.abs().mean()
            if size == 0:
                raise SystemExit(f"{layer} does not respond to this picture at all: nothing to climb")
            x = (x + step / size * gradient).clamp(0, 1)
        detail = x - base
    return x


def main():
    parser = argparse.ArgumentParser(description="Preview a network's dreams.")
    parser.add_argument("network")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--layers", help="comma-separated; default: the card's dream layers")
    parser.add_argument("--side", type=int, default=384, help="the longer side of the preview")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    network = OnnxNetwork(options.network)
    card = cards.parse(network.card)
    layers = options.layers.split(",") if options.layers else card["layers"]["dream"]
    os.makedirs(options.out, exist_ok=True)
    for path in options.pictures:
        picture = Image.open(path).convert("RGB")
        picture.thumbnail((options.side, options.side), Image.LANCZOS)
        x = pictures.to_tensor(picture).unsqueeze(0)
        for layer in layers:
            y = dream(network, card, x, layer)
            pixels = (y[0].permute(1, 2, 0) * 255).round().byte().numpy()
            name = f"{os.path.splitext(os.path.basename(path))[0]}.{layer.replace('/', '_')}.png"
            Image.fromarray(pixels).save(os.path.join(options.out, name))
            print(name)


if __name__ == "__main__":
    main()
