"""Writes style.json: the objectives of style transfer's peers, restated in PyTorch in float64. Run: python3 style.py [SHARED]

Per network (vgg19-16x and reverie-s of SHARED/models) and objective: the value and the gradient with respect to the network's input, for a picture
x, a content picture and a style picture of another size, all made by hash_picture.py. Content layer relu4_2, style layers relu1_1 ... relu5_1.

gatys         Gatys, Ecker, Bethge 2015 (arXiv:1508.06576), eq. 1-7: alpha 1, beta 1000, w = 1/5. G and A each divided by its own number of places.
neural-style  ProGamerGov/neural-style-pt at its defaults: content 5, style 100, Gram matrices over N M, L1 total variation 0.001 on the net's input.
lg            leongatys/PytorchNeuralStyleTransfer: content 1, style 1000 / N^2, Gram matrices over M.
spst          bgalerne/scaling_painting_style_transfer: as lg, and means and (biased) standard deviations, weight 10000.
nearest       mean over places of 1 - cos to the nearest feature of the style picture, at relu3_1 and relu4_1, weight 1.
variation     mean over pixels and channels of squared differences to the right and lower neighbour, in units of full intensity, weight 1.
"""
import pathlib
import sys

import torch
import torch.nn.functional as F

from hash_picture import digest, hash_picture, network_input
from make_gradient_references import card_of, made_with, write_json
from onnx_torch import OnnxModule, file_sha256

HERE = pathlib.Path(__file__).parent
CONTENT, STYLE = "relu4_2", ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
NEAREST = ["relu3_1", "relu4_1"]
PICTURES = {"x": (52, 60, 31), "content": (52, 60, 32), "style": (44, 72, 33)}  # height, width, seed


def flat(f):
    return f.reshape(f.shape[1], -1)


def gram(f):
    """F F^T of one item [1,N,h,w]."""
    return flat(f) @ flat(f).T


def mse(a, b):
    return ((a - b) ** 2).mean()


def gatys(x, f, p, a):
    loss = 0.5 * ((f[CONTENT] - p[CONTENT]) ** 2).sum()
    for layer in STYLE:
        n, m, m_style = f[layer].shape[1], flat(f[layer]).shape[1], flat(a[layer]).shape[1]
        loss = loss + 1000 / len(STYLE) * ((gram(f[layer]) / m - gram(a[layer]) / m_style) ** 2).sum() / (4 * n ** 2)
    return loss


def neural_style(x, f, p, a):
    loss = 5 * mse(f[CONTENT], p[CONTENT])
    for layer in STYLE:
        loss = loss + 100 * mse(gram(f[layer]) / f[layer].numel(), gram(a[layer]) / a[layer].numel())
    return loss + 1e-3 * ((x[:, :, 1:, :] - x[:, :, :-1, :]).abs().sum() + (x[:, :, :, 1:] - x[:, :, :, :-1]).abs().sum())


def lg(x, f, p, a):
    loss = mse(f[CONTENT], p[CONTENT])
    for layer in STYLE:
        loss = loss + 1000 / f[layer].shape[1] ** 2 * mse(gram(f[layer]) / flat(f[layer]).shape[1], gram(a[layer]) / flat(a[layer]).shape[1])
    return loss


def spst(x, f, p, a):
    loss = lg(x, f, p, a)
    for layer in STYLE:
        moments = [(flat(g).mean(1), flat(g).std(1, unbiased=False)) for g in (f[layer], a[layer])]
        awake = moments[0][1] > 1e-6  # a silent channel's deviation has no slope; torch would give NaN
        deviation = torch.where(awake, flat(f[layer]).var(1, unbiased=False).clamp(min=1e-12).sqrt(), torch.full_like(moments[0][1], 1e-6))
        target = moments[1][1].clamp(min=1e-6)
        loss = loss + 1e4 * mse(moments[0][0], moments[1][0]) + 1e4 * mse(deviation, target)
    return loss


def nearest(x, f, p, a):
    loss = 0
    for layer in NEAREST:
        own, style = F.normalize(flat(f[layer]).T, dim=1), F.normalize(flat(a[layer]).T, dim=1)
        loss = loss + (1 - (own * style[(own @ style.T).detach().argmax(1)]).sum(1)).mean()
    return loss


def variation(x, f, p, a):
    full = x * scale
    return ((full[:, :, 1:, :] - full[:, :, :-1, :]) ** 2).sum() / x.numel() + ((full[:, :, :, 1:] - full[:, :, :, :-1]) ** 2).sum() / x.numel()


def main():
    global scale
    shared = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[2].parent / "shared"
    found = {"made_with": made_with(), "pictures": {k: {"height": h, "width": w, "seed": s} for k, (h, w, s) in PICTURES.items()}, "cases": []}
    for model in ("vgg19-16x", "reverie-s"):
        path = shared / "models" / f"{model}.onnx"
        card = card_of(path)
        low, high = card["range"]
        scale = torch.tensor(card["std"], dtype=torch.float64).reshape(1, 3, 1, 1) / (high - low)
        network = OnnxModule(str(path), torch.float64)
        layers = [CONTENT, *STYLE]
        pictures = {k: torch.from_numpy(network_input(hash_picture(h, w, s), card)).double() for k, (h, w, s) in PICTURES.items()}
        with torch.no_grad():
            p, a = (dict(zip(layers, network(pictures[k], *layers))) for k in ("content", "style"))
        for objective in (gatys, neural_style, lg, spst, nearest, variation):
            x = pictures["x"].clone().requires_grad_()
            value = objective(x, dict(zip(layers, network(x, *layers))), p, a)
            gradient, = torch.autograd.grad(value, x)
            found["cases"].append({"model": model, "sha256": file_sha256(path), "objective": objective.__name__.replace("_", "-"),
                                   "value": float(value), "gradient": digest(gradient.numpy())})
    write_json(HERE / "style.json", found)


if __name__ == "__main__":
    main()
