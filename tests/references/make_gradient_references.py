"""Writes gradients/*.json and top5.json: PyTorch's own gradients of whole networks.

Run: python3 make_gradient_references.py [SHARED [MODEL...]]. Needs the models and the ImageNet pictures of ../../../shared
(or of SHARED); reverie-s is the one in the repository. MODEL... makes the numbers of these alone. README.md says what the
files hold.
"""
import hashlib
import json
import pathlib
import statistics
import sys

import numpy
import onnx
import torch
from PIL import Image

from hash_picture import digest, hash_picture, network_input, sample_places
from onnx_torch import OnnxModule, file_sha256

HERE = pathlib.Path(__file__).parent
SIZES = ((224, 224), (257, 193))  # height, width
SEED = 2015
EMBEDDED = HERE / "../../src/Reverie/Models/Embedded/reverie-s.onnx"
TARGETS = {  # model: its logits tensor, its feature tensor
    "googlenet": ("loss3/classifier", "inception_4c/output"),
    "squeezenet1.1": ("pool10", "fire5/concat"),
    "vgg19-16x": (None, "relu4_1"),
    "reverie-s": ("logits", "relu5_3"),
}


def write_json(path, value):
    """Short arrays of numbers on one line, the rest indented; numbers with all the digits that they need."""
    def render(v, indent):
        if isinstance(v, dict):
            inner = ",\n".join(f"{indent}  {json.dumps(k)}: {render(x, indent + '  ')}" for k, x in v.items())
            return "{\n" + inner + "\n" + indent + "}"
        if isinstance(v, list) and any(isinstance(x, (dict, list)) for x in v):
            return "[\n" + ",\n".join(f"{indent}  {render(x, indent + '  ')}" for x in v) + "\n" + indent + "]"
        return json.dumps(v, allow_nan=False)
    path.parent.mkdir(exist_ok=True)
    path.write_text(render(value, "") + "\n")


def card_of(path):
    meta = {p.key: p.value for p in onnx.load(path).metadata_props}
    return json.loads(meta["reverie.card"])["input"]


def made_with():
    return {"torch": torch.__version__, "blas": blas(), "threads": torch.get_num_threads()}


def blas():
    """The BLAS library that is really loaded (Debian chooses it by alternatives, PyTorch's build does not say)."""
    names = {line.split("/")[-1].strip() for line in open("/proc/self/maps") if "blas" in line}
    return ", ".join(sorted(names))


def gradients(network, x, logit, feature, index):
    """Of one forward pass: the logits, and per target its value and gradient. index None: the largest logit."""
    x = torch.from_numpy(x).to(network.dtype).requires_grad_()
    wanted = [t for t in (feature, logit) if t]
    tensors = network(x, *wanted)
    tensors = dict(zip(wanted, tensors if len(wanted) > 1 else [tensors]))
    found = []
    activation = tensors[feature]
    value = 0.5 * (activation * activation).sum()
    found.append(({"kind": "half_squared_norm", "tensor": feature}, activation, value))
    if logit:
        flat = tensors[logit].reshape(-1)
        index = int(flat.argmax()) if index is None else index
        found.append(({"kind": "logit", "tensor": logit, "index": index}, tensors[logit], flat[index]))
    results = []
    for i, (target, tensor, value) in enumerate(found):
        gradient, = torch.autograd.grad(value, x, retain_graph=i + 1 < len(found))
        results.append((target, list(tensor.shape), float(value), gradient.double().numpy()))
    return tensors[logit].detach().double().numpy().reshape(-1) if logit else None, results


def relative_error(found, exact):
    return float(numpy.linalg.norm(found - exact) / numpy.linalg.norm(exact))


def hash_cases(networks, card, logit, feature):
    inputs, cases = {}, []
    for height, width in SIZES:
        name = f"{height}x{width}"
        x = network_input(hash_picture(height, width, SEED), card)
        inputs[name] = {"height": height, "width": width, "seed": SEED, "sha256": sha256(x),
                        "sample_places": sample_places(x.size).tolist()}
        index = None
        for kind in ("original", "smooth"):
            _, exact = gradients(networks[kind, torch.float64], x, logit, feature, index)
            index = next((t["index"] for t, *_ in exact if "index" in t), None)
            _, single = gradients(networks[kind, torch.float32], x, logit, feature, index)
            for (target, shape, value, g), (*_, value32, g32) in zip(exact, single):
                cases.append({"input": name, "network": kind, "target": target, "tensor_shape": shape, "value": value,
                              "gradient": digest(g), "float32_value": value32, "float32_error": relative_error(g32, g)})
                print(f"  {name} {kind} {target} value {value:.6g} |g| {numpy.linalg.norm(g):.6g} "
                      f"float32 error {cases[-1]['float32_error']:.2e}", flush=True)
    return inputs, cases


def sha256(x):
    return hashlib.sha256(x.astype("<f4").tobytes()).hexdigest()


def picture_levels(path, height, width):
    """uint8 [3, H, W]: the picture scaled (bicubic) to cover height x width, its centre cut out."""
    with Image.open(path) as image:
        image = image.convert("RGB")
    scale = max(height / image.height, width / image.width)
    size = max(width, round(image.width * scale)), max(height, round(image.height * scale))
    image = image.resize(size, Image.BICUBIC)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return numpy.asarray(image.crop((left, top, left + width, top + height))).transpose(2, 0, 1)


def picture_cases(networks, card, logit, feature, pictures):
    cases = []
    for height, width in SIZES:
        errors = {}
        for picture in pictures:
            x = network_input(picture_levels(picture, height, width), card)
            _, exact = gradients(networks["original", torch.float64], x, logit, feature, None)
            index = next((t["index"] for t, *_ in exact if "index" in t), None)
            _, single = gradients(networks["original", torch.float32], x, logit, feature, index)
            for (target, _, _, g), (*_, g32) in zip(exact, single):
                key = target["kind"], target["tensor"]
                errors.setdefault(key, {})[picture.stem] = relative_error(g32, g)
        for (kind, tensor), found in errors.items():
            median, worst = statistics.median(found.values()), max(found.values())
            cases.append({"height": height, "width": width, "target": {"kind": kind, "tensor": tensor},
                          "median": median, "worst": worst, "float32_errors": found})
            print(f"  pictures {height}x{width} {kind} {tensor}: median {median:.2e}, worst {worst:.2e}", flush=True)
    return cases


def top5(network, card, logit, pictures):
    found = {}
    for picture in pictures:
        x = torch.from_numpy(network_input(picture_levels(picture, *card["size"]), card)).to(network.dtype)
        with torch.no_grad():
            logits = network(x, logit).reshape(-1)
        probabilities = torch.softmax(logits, 0)
        order = torch.topk(logits, 5).indices.tolist()
        found[picture.stem] = {"classes": order, "logits": logits[order].tolist(),
                               "probabilities": probabilities[order].tolist()}
    return found


def main():
    torch.set_num_threads(2)
    shared = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../../shared").resolve()
    pictures = sorted((shared / "media/imagenet").glob("*.JPEG"))
    labels = (shared / "models/imagenet1k-labels.txt").read_text().splitlines()
    if len(pictures) != 12:
        sys.exit(f"{shared}/media/imagenet holds {len(pictures)} pictures instead of 12")
    wanted = sys.argv[2:] or list(TARGETS)
    if unknown := set(wanted) - set(TARGETS):
        sys.exit(f"no such model: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    best = {"made_with": made_with(), "models": json.loads((HERE / "top5.json").read_text())["models"] if sys.argv[2:] else {}}
    for name in wanted:
        logit, feature = TARGETS[name]
        path = EMBEDDED if name == "reverie-s" else shared / "models" / f"{name}.onnx"
        print(name, flush=True)
        card = card_of(path)
        networks = {(kind, dtype): OnnxModule(path, dtype, smooth=kind == "smooth")
                    for kind in ("original", "smooth") for dtype in (torch.float64, torch.float32)}
        inputs, cases = hash_cases(networks, card, logit, feature)
        write_json(HERE / "gradients" / f"{name}.json", {
            "model": path.name, "sha256": file_sha256(path), "made_with": made_with(), "card": card, "inputs": inputs,
            "cases": cases, "pictures": picture_cases(networks, card, logit, feature, pictures)})
        if logit:
            best["models"][name] = {"size": card["size"], "pictures": top5(networks["original", torch.float64], card, logit, pictures)}
            hits = 0
            for picture, found in best["models"][name]["pictures"].items():
                thing = picture.split("_", 1)[1].replace("_", " ").lower()
                said = [labels[c] for c in found["classes"]]
                hits += thing in said[0].lower()
                print(f"  {picture}: {said[0]} {found['probabilities'][0]:.3f}")
            print(f"  top-1 right on {hits} of {len(pictures)}")
    write_json(HERE / "top5.json", best)


if __name__ == "__main__":
    main()
