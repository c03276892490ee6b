r"""Measures exported networks against the teachers, on pictures they were not trained on.

    python3 evaluate.py --pictures images.zip --googlenet googlenet.onnx --vgg vgg19-16x.onnx \
        [--more FOLDER] [--json FILE] old.onnx new.onnx

Prints one table: agreement with GoogLeNet's classes, the variance of every teacher map that no layer of the network can
tell (explained.py), and milliseconds per gradient at 512 pixels. All networks in one run, alternating, on one machine.
"""
import argparse
import json
import os
import statistics
import time

import torch
from PIL import Image

import cards
import pictures
from explained import LinearReading, Unexplained, align, rows
from onnx_torch import OnnxNetwork
from teachers import Teachers

MAPS = ["vgg:relu1_1", "vgg:relu2_1", "vgg:relu3_1", "vgg:relu4_1", "vgg:relu5_1", "googlenet:conv2/3x3",
        "googlenet:inception_3b/output", "googlenet:inception_4c/output", "googlenet:inception_4e/output",
        "googlenet:inception_5b/output"]
MAP_SIZE, POSITIONS, BATCH = 224, 49, 8


class Network:
    """A network under test, with its card and the ReLU tensors that may be read."""

    def __init__(self, path):
        self.path, self.module = path, OnnxNetwork(path).eval()
        self.card = cards.parse(self.module.card)
        self.relus = [n.output[0] for n in self.module.graph.node if n.op_type == "Relu"]

    def __call__(self, views, tensors):
        with torch.no_grad():
            return self.module(cards.normalise(views, self.card), tensors)


def batches(source, size):
    """Batches of centre squares [n,3,size,size] from an iterable of (name, picture)."""
    pending = []
    for _, picture in source:
        pending.append(pictures.to_tensor(pictures.centre_square(picture, size)))
        if len(pending) == BATCH:
            yield torch.stack(pending)
            pending = []
    if pending:
        yield torch.stack(pending)


def agreement(network, teachers, source):
    """How often the network's best class is the teacher's (top-1), and the teacher's is among its five best (top-5).

    Each network sees the same square of the picture at its own card's size.
    """
    top1 = top5 = count = 0
    loaded = list(source)
    own_size, teacher_size = (card["input"]["size"][0] for card in (network.card, teachers.cards["googlenet"]))
    wanted = [teachers(x)[teachers.logits].argmax(1) for x in batches(loaded, teacher_size)]
    logits = network.card["output"]["logits"]
    for x, labels in zip(batches(loaded, own_size), wanted):
        best = network(x, [logits])[logits].topk(5, 1).indices
        top1 += (best[:, 0] == labels).sum().item()
        top5 += (best == labels[:, None]).any(1).sum().item()
        count += len(labels)
    return {"top1": top1 / count, "top5": top5 / count, "pictures": count}


def strides(network, tensors):
    """{tensor: stride} from the sizes a probe comes out at."""
    probe = network(torch.rand(1, 3, 64, 64), tensors)
    return {name: 64 // value.shape[2] for name, value in probe.items()}


def unexplained(networks, teachers, archive, fitted, judged):
    """[{map: (share of variance unexplained, layer read)}] per network: the best of the layers at the map's stride."""
    stride_of_map = {name: 64 // value.shape[2] for name, value in teachers(torch.rand(1, 3, 64, 64)).items()
                     if name != teachers.logits}
    pairs = []
    for network in networks:
        stride = strides(network, network.relus)
        pairs.append({(m, r): (LinearReading(), Unexplained())
                      for m in MAPS for r in network.relus if stride[r] == stride_of_map[m]})
    generator = torch.Generator().manual_seed(0)
    for names, fitting in ((fitted, True), (judged, False)):
        for x in batches(pictures.open_from(archive, names), MAP_SIZE):
            answers = teachers(x)
            positions = {m: torch.randperm(answers[m][0, 0].numel(), generator=generator)[:POSITIONS] for m in MAPS}
            for network, readings in zip(networks, pairs):
                values = network(x, sorted({r for _, r in readings}))
                for (m, r), (reading, left) in readings.items():
                    own = rows(align(values[r], *answers[m].shape[2:]), positions[m])
                    target = rows(answers[m], positions[m])
                    if fitting:
                        reading.add(own, target)
                    else:
                        left.add(reading.read(own), target)
        if fitting:
            for readings in pairs:
                for reading, _ in readings.values():
                    reading.solve()
    return [{m: min((left.share(), r) for (n, r), (_, left) in readings.items() if n == m) for m in MAPS}
            for readings in pairs]


def gradient_times(networks, size=512, rounds=5):
    """[{layer: ms}] per network: forward to a dream layer and the gradient of half its squares, the median of rounds.

    The networks take turns within every round, so that a busy machine slows all of them.
    """
    x = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    times = [{layer: [] for layer in network.card["layers"]["dream"]} for network in networks]
    for turn in range(rounds + 1):
        for network, measured in zip(networks, times):
            for layer, taken in measured.items():
                start = time.perf_counter()
                leaf = x.clone().requires_grad_()
                (0.5 * network.module(leaf, [layer])[layer].pow(2).sum()).backward()
                if turn:  # the first round warms up
                    taken.append(1000 * (time.perf_counter() - start))
    return [{layer: statistics.median(taken) for layer, taken in measured.items()} for measured in times]


def folder_pictures(folder):
    for name in sorted(os.listdir(folder)):
        if name.lower().endswith((".jpg", ".jpeg", ".png")):
            yield name, Image.open(os.path.join(folder, name)).convert("RGB")


def main():
    parser = argparse.ArgumentParser(description="Measure networks against the teachers.")
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--googlenet", required=True)
    parser.add_argument("--vgg", required=True)
    parser.add_argument("--more", help="folder of further pictures to compare classes on")
    parser.add_argument("--skip-maps", action="store_true", help="agreement and times alone")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--json")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    networks = [Network(path) for path in options.networks]
    teachers = Teachers({"googlenet": options.googlenet, "vgg": options.vgg}, MAPS)
    classes = Teachers({"googlenet": options.googlenet}, [])
    trained, held_out = pictures.split(pictures.names_in(options.pictures))
    unseen = pictures.unseen_by_all(held_out)
    groups = {"class pictures unseen by all": unseen,
              "class pictures held out by this recipe":
                  [n for n in held_out if pictures.CLASS_PICTURE.match(n) and n not in unseen],
              "other pictures held out by this recipe": [n for n in held_out if not pictures.CLASS_PICTURE.match(n)]}
    report = []
    for network in networks:
        entry = {"network": os.path.basename(network.path), "bytes": os.path.getsize(network.path)}
        for kind, names in groups.items():
            entry[kind] = agreement(network, classes, pictures.open_from(options.pictures, names))
        if options.more:
            entry["further pictures"] = agreement(network, classes, folder_pictures(options.more))
        report.append(entry)
    if not options.skip_maps:
        for entry, shares in zip(report, unexplained(networks, teachers, options.pictures, trained[::2][:400], unseen)):
            entry["unexplained"] = {m: {"share": round(share, 3), "layer": r} for m, (share, r) in shares.items()}
    for entry, times in zip(report, gradient_times(networks)):
        entry["ms per gradient at 512"] = {layer: round(ms) for layer, ms in times.items()}
        entry["threads"] = torch.get_num_threads()
    text = json.dumps(report, indent=1)
    print(text)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            f.write(text + "\n")


if __name__ == "__main__":
    main()
