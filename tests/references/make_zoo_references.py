"""Writes zoo/*.json and zoo/*.onnx.gz: small networks of every family as PyTorch exports them, without weights, and PyTorch's gradients.

Run: python3 make_zoo_references.py [NAME...]; README.md says what the files hold. The whole networks are compared by
`dotnet run -c Release --project bench/Reverie.Bench -- zoo`.
"""
import pathlib
import sys

import numpy
import torch

from hash_picture import digest, hash_picture, network_input
from make_gradient_references import made_with, relative_error, write_json
from zoo_export import export, skeleton
from zoo_networks import SMALL, build, parameters

HERE = pathlib.Path(__file__).parent / "zoo"
CARD = {"channels": "RGB", "range": [0, 1], "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
SEEDS = range(1, 13)
OPSETS = range(9, 17)
FORMS_OF = "shufflenet"  # the network that is stored in every opset, with and without folding, with fixed and free batch in turn


def picture(size, seed):
    return network_input(hash_picture(size, size, seed), CARD)


def gradients(network, x, index=None):
    """Per target (name, value, gradient); the logit is the largest unless an index says which."""
    x = torch.from_numpy(x).to(next(network.network.parameters()).dtype).requires_grad_()
    logits, features = network(x)
    index = int(logits.argmax()) if index is None else index
    found = []
    for name, value in (("logits", logits.reshape(-1)[index]), ("features", 0.5 * (features * features).sum())):
        gradient, = torch.autograd.grad(value, x, retain_graph=True)
        found.append((name, float(value), gradient.double().numpy()))
    return index, found


def reference(network, size):
    """The float64 gradients of the first picture, and PyTorch's own float32 errors over all of them."""
    cases, errors = [], {"logits": [], "features": []}
    for seed in SEEDS:
        x = picture(size, seed)
        index, exact = gradients(network.double(), x)
        _, single = gradients(network.float(), x, index)
        for (name, value, g), (_, _, g32) in zip(exact, single):
            assert numpy.isfinite(g).all() and numpy.linalg.norm(g) > 0, name
            errors[name].append(relative_error(g32, g))
            if seed == SEEDS[0]:
                cases.append({"tensor": name, **({"index": index} if name == "logits" else {}), "value": value, "gradient": digest(g)})
    return cases, errors


def forms(name):
    """(suffix, opset, folds, batch_is_free) of the files of a network: between them, the networks have every opset."""
    if name == FORMS_OF:
        return [(f".{opset}{'f' if folds else ''}{'b' if free else ''}", opset, folds, free)
                for opset in OPSETS for folds in (False, True) for free in (opset % 2 == folds, )]
    place = list(SMALL).index(name)
    # PyTorch cannot export all of Swin's and ViT's operators in the oldest opsets
    return [("", max(16 - place % 8, 14 if name in ("swin", "vit") else 9), place % 2 == 0, place % 3 > 0)]


def main(names):
    torch.set_num_threads(2)
    for name in names:
        entry = SMALL[name]
        network = build(entry)
        cases, errors = reference(network, entry.size)
        files, total = [], 0
        for suffix, opset, folds, free in forms(name):
            try:
                data, recipe = skeleton(network, export(network, entry.size, opset, folds, False, free))
            except torch.onnx.errors.OnnxExporterError as error:
                print(f"{name}: PyTorch cannot export opset {opset}, folds {folds}, free batch {free}: {str(error).splitlines()[0][:100]}")
                continue
            file = f"{name}{suffix}.onnx.gz"
            (HERE / file).parent.mkdir(exist_ok=True)
            (HERE / file).write_bytes(data)
            files.append({"file": file, "opset": opset, "folds": folds, "batch_is_free": free, "weights": recipe})
            total += len(data)
        count = sum(int(numpy.prod(shape)) for _, shape, *_ in parameters(network.network))
        write_json(HERE / f"{name}.json", {"made_with": made_with(), "size": entry.size, "card": CARD, "models": files, "cases": cases, "float32_errors": errors})
        print(f"{name}: {count / 1e6:.2f} M weights, {len(files)} models of {total / len(files) / 1e3:.1f} kB, values "
              f"{[c['value'] for c in cases]}, float32 errors up to {[max(e) for e in errors.values()]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or SMALL)
