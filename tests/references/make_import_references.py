"""Makes imports.json and weights/: what Debian's torchvision computes from weights that a formula gives, and small checkpoints of every kind.

The weights of the networks are hundreds of megabytes, so they are not stored: both sides compute them from the name of the tensor and the
number of the element (`fill`). Run: /usr/bin/python3 tests/references/make_import_references.py
"""
import json
import os
import pathlib

import numpy as np
import torch
import torchvision

HERE = pathlib.Path(__file__).parent
NETWORKS = ["alexnet", "vgg11", "vgg13_bn", "resnet18", "resnext50_32x4d", "squeezenet1_0", "squeezenet1_1", "googlenet", "inception_v3"]


def uniform(name, count):
    """Numbers from 0 to 1: splitmix64 (Steele et al. 2014) of FNV-1a of the name, plus the element's number."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + (np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / (1 << 24)


def fill(name, shape):
    """The weight of that name: of He's variance for convolutions and matrices, near one for gains and variances, near zero for the rest."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) > 1:
        values = (2 * u - 1) * np.sqrt(6.0 / np.prod(shape[1:]))
    elif name.endswith("running_var") or name.endswith("weight"):
        values = 0.5 + u
    else:
        values = (2 * u - 1) * 0.1
    return values.reshape(shape).astype(np.float32)


def network(name):
    torch.manual_seed(0)
    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    model = getattr(torchvision.models, name)(**options).eval()
    if name.startswith("vgg"):
        # The hundred million numbers of VGG's classifier would make the test slow and show nothing that narrow ones do not.
        model.classifier = torch.nn.Sequential(torch.nn.Linear(25088, 64), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(64, 48), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(48, 1000)).eval()
    state = model.state_dict()
    kept = {key: list(value.shape) for key, value in state.items() if not key.endswith("num_batches_tracked") and "aux" not in key.lower()}
    with torch.no_grad():
        for key, shape in kept.items():
            state[key].copy_(torch.from_numpy(fill(key, shape)))
        side = 299 if name == "inception_v3" else 224
        picture = torch.from_numpy(fill("picture", [3 * side * side]).reshape(1, 3, side, side) * 10)
        logits = model(picture)[0].double().numpy()
    return {"weights": kept, "norm": float(np.linalg.norm(logits)), "logits": [float(value) for value in logits[::25]]}


def checkpoints():
    folder = HERE / "weights"
    folder.mkdir(exist_ok=True)
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
    plain = {"a": base, "b": base.t(), "c": base[1:3, ::2], "scalar": torch.tensor(1.5), "half": base.half(), "brain": base.bfloat16(), "double": base.double(),
             "count": torch.tensor(7), "empty": torch.zeros(0, 3)}
    torch.save(plain, folder / "zip.pth")
    torch.save(plain, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"epoch": 3, "best": 0.5, "state_dict": {"module." + key: value for key, value in plain.items()}, "args": ["--lr", "0.1"]}, folder / "training.pth")
    layer = torch.nn.Linear(3, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(6.0).reshape(2, 3))
        layer.bias.copy_(torch.tensor([0.25, -0.25]))
    torch.save(layer.state_dict(), folder / "parameters.pth")
    torch.save({"weight": layer.weight, "bias": layer.bias}, folder / "requires-grad.pth")
    torch.save(layer, folder / "module.pth")
    torch.jit.save(torch.jit.script(layer), str(folder / "script.pt"))

    class Evil:
        def __reduce__(self):
            return os.system, ("touch pwned",)

    torch.save({"a": base, "evil": Evil()}, folder / "malicious.pth")
    torch.save({"a": base, "evil": Evil()}, folder / "malicious-legacy.pth", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    checkpoints()
    references = {"torch": torch.__version__, "torchvision": torchvision.__version__, "networks": {name: network(name) for name in NETWORKS}}
    (HERE / "imports.json").write_text(json.dumps(references, separators=(",", ":")).replace('},"', '},\n"') + "\n")
