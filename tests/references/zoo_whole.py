"""PyTorch's side of `bench -- zoo`, for one whole network of zoo_networks.py.

    python3 zoo_whole.py make NAME FOLDER [--inputs 12] [--opset 16]
    python3 zoo_whole.py time NAME FOLDER --index K [--runs 5] [--warmups 1] [--threads 2] [--gradient g.npy]

`make` exports the network as it is (NAME.plain.onnx) and in the exporter's default mode, BatchNorm folded in float32 (NAME.folded.onnx), and
writes hash pictures, PyTorch's float64 gradients of the largest logit and of half the squared norm of the middle layer, and NAME.json with
PyTorch's own float32 errors, of the logit also with BatchNorm folded in float32 by PyTorch itself. `time` measures forward and backward pass of one logit in eager mode, weights frozen, and prints one JSON line, as
bench/pytorch/yardstick.py does. Exit code 3: PyTorch is not installed.
"""
import argparse
import copy
import json
import pathlib
import sys
import time
from unittest import mock

try:
    import numpy
    import torch
    import torchvision
    from torch.fx.experimental.optimization import fuse
    from torch.fx.proxy import TraceError
    from torch.nn.utils.fusion import fuse_conv_bn_eval
    from make_gradient_references import blas, relative_error
    from make_zoo_references import gradients, picture
    from zoo_export import export
    from zoo_networks import NETWORKS, build
except ImportError as error:
    print(f"not installed: {error.name} (Debian: apt install python3-torch python3-torchvision python3-onnx python3-pil libopenblas0-pthread)", file=sys.stderr)
    sys.exit(3)


def make(options, entry, folder):
    network = build(entry)
    torch.save(network.network.state_dict(), folder / f"{options.name}.pt")
    export(network, entry.size, options.opset, file=folder / f"{options.name}.plain.onnx")
    export(network, entry.size, options.opset, folds=True, fuses=True, file=folder / f"{options.name}.folded.onnx")
    network.eval()
    indices, errors = [], {"logits": [], "features": []}
    for k in range(options.inputs):
        x = picture(entry.size, k + 1)
        # PyTorch's own backward pass of it takes 1/6 rounded to float32, in float64 too
        with mock.patch.object(torch.nn.functional, "hardsigmoid", lambda x, inplace=False: torch.nn.functional.relu6(x + 3) / 6):
            index, exact = gradients(network.double(), x)
        _, single = gradients(network.float(), x, index)
        indices.append(index)
        numpy.save(folder / f"{options.name}.x{k}.npy", x)
        for (tensor, _, g), (_, _, g32) in zip(exact, single):
            errors[tensor].append(relative_error(g32, g))
            numpy.save(folder / f"{options.name}.{tensor}{k}.npy", g)
    errors["folded logits"] = folded_errors(options, network.network.float(), indices, folder)
    found = {"size": entry.size, "indices": indices, "float32_errors": errors, "torch": torch.__version__, "torchvision": torchvision.__version__,
             "parameters": sum(p.numel() for p in network.parameters())}
    (folder / f"{options.name}.json").write_text(json.dumps(found))


def fold(network):
    """The network with BatchNorm multiplied into the convolutions before it, in float32."""
    if not any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules()):
        return network
    try:
        return fuse(network)
    except TraceError:
        # a network that looks at sizes cannot be traced; the one of the zoo keeps its pairs in sequences
        folded = copy.deepcopy(network)
        for sequence in [module for module in folded.modules() if isinstance(module, torch.nn.Sequential)]:
            for name, following in zip(list(sequence._modules), list(sequence._modules)[1:]):
                if isinstance(sequence._modules[name], torch.nn.Conv2d) and isinstance(sequence._modules[following], torch.nn.BatchNorm2d):
                    sequence._modules[name] = fuse_conv_bn_eval(sequence._modules[name], sequence._modules[following])
                    sequence._modules[following] = torch.nn.Identity()
        return folded


def folded_errors(options, network, indices, folder):
    folded = fold(network.eval())
    errors = []
    for k, index in enumerate(indices):
        x = torch.from_numpy(numpy.load(folder / f"{options.name}.x{k}.npy")).requires_grad_()
        gradient, = torch.autograd.grad(folded(x)[0, index], x)
        errors.append(relative_error(gradient.double().numpy(), numpy.load(folder / f"{options.name}.logits{k}.npy")))
    return errors


def measure(options, entry, folder):
    network = entry.build().eval().requires_grad_(False)
    network.load_state_dict(torch.load(folder / f"{options.name}.pt"))
    x = torch.from_numpy(numpy.load(folder / f"{options.name}.x0.npy")).requires_grad_()

    def step():
        x.grad = None
        network(x)[0, options.index].backward()

    for _ in range(options.warmups):
        step()
    seconds, cpu = [], []
    for _ in range(options.runs):
        busy, start = time.process_time(), time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    if options.gradient:
        numpy.save(options.gradient, x.grad.numpy())
    print(json.dumps({"torch": torch.__version__, "blas": blas(), "threads": torch.get_num_threads(), "seconds": seconds, "cpu_seconds": cpu, "peak_rss_bytes": peak}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=("make", "time"))
    parser.add_argument("name", choices=NETWORKS)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--inputs", type=int, default=12)
    parser.add_argument("--opset", type=int, default=16)
    parser.add_argument("--index", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--warmups", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--gradient")
    found = parser.parse_args()
    torch.set_num_threads(found.threads)
    (make if found.action == "make" else measure)(found, NETWORKS[found.name], found.folder)
