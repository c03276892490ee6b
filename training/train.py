r"""Trains the embedded network. See README.md; everything that shapes the result is in the recipe.

    python3 train.py --recipe recipe.json --pictures images.zip \
        --googlenet googlenet.onnx --vgg vgg19-16x.onnx --out DIR

DIR receives checkpoint.pt, log.jsonl and the averaged network so far as reverie-s.onnx. Run again with the same DIR, it
goes on where it was; Ctrl-C and SIGTERM stop it after the current step with everything saved.
"""
import argparse
import copy
import json
import math
import os
import signal
import sys
import time

import torch

import cards
import export
import pictures
from crops import Crops
from distillation import Distillation
from schedule import Budget, learning_rate
from student import Student
from teachers import Teachers, deviations


class Training:
    """One training: its state, its step, its checkpoints.

    `half`: convolutions in bfloat16, weights, losses and averages in float32; None means on a GPU only.
    """

    def __init__(self, recipe, files, archive, out, device, half=None):
        self.recipe, self.out, self.device = recipe, out, device
        self.half = device.type == "cuda" if half is None else half
        torch.manual_seed(recipe["seed"])
        self.generator = torch.Generator(device).manual_seed(recipe["seed"])
        names, _ = pictures.split(pictures.names_in(archive))
        self.crops = Crops(pictures.PictureBank(archive, names, recipe["crops"]["canvas"], device),
                           recipe["crops"], self.generator)
        self.trained_on = len(names)
        self.teachers = Teachers(files, [m["teacher"] for m in recipe["matches"]]).to(device)
        if self.half:
            self.teachers.to(dtype=torch.bfloat16, memory_format=torch.channels_last)
        self.student = Student(recipe["student"]).to(device)
        path = os.path.join(out, "checkpoint.pt")
        # To the CPU first: restored to a GPU, the optimiser's step counters would stay there and stall every step.
        state = torch.load(path, map_location="cpu") if os.path.exists(path) else None
        if state and state["recipe"] != recipe:
            raise SystemExit(f"{path} was made with another recipe; name another --out, or that recipe")
        deviation = state["deviation"] if state else deviations(
            self.teachers, lambda: self.crops.batch(recipe["batch"], recipe["sizes"][-1]),
            max(1, 512 // recipe["batch"]))
        self.deviation = {name: value.to(device) for name, value in deviation.items()}
        widths = {name: channels for name, channels, _ in self.student.layers()}
        channels = self.teachers.channels(self.crops.batch(1, recipe["sizes"][0]))
        self.distillation = Distillation(recipe["matches"], recipe["logits"], widths, channels, self.deviation,
                                         self.teachers.logits).to(device)
        if self.half:
            self.student.to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self._groups(), lr=recipe["learning_rate"], betas=(0.9, 0.99))
        self.averaged = copy.deepcopy(self.student)
        self.budget, self.steps = Budget(recipe["budget"]), 0
        if state:
            self._restore(state)

    def _groups(self):
        """Weight decay for kernels and matrices alone: a decayed normalisation or bias only loses accuracy."""
        parameters = [p for module in (self.student, self.distillation) for p in module.parameters()]
        return [{"params": [p for p in parameters if p.ndim > 1], "weight_decay": self.recipe["weight_decay"]},
                {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}]

    def start_from(self, path):
        """Begins with the weights of an exported network instead of random ones."""
        views = self.crops.batch(self.recipe["batch"], self.recipe["sizes"][-1])
        self.student.start_from(export.read_weights(path), cards.normalise(views, self.recipe["card"]))
        tensors = self.distillation.tensors()
        self.distillation.fit(self._answers(tensors) for _ in range(max(1, 512 // self.recipe["batch"])))
        self.averaged.load_state_dict(self.student.state_dict())

    def _answers(self, tensors):
        """(student's tensors, teachers' tensors) for a fresh batch of views."""
        pick = torch.randint(len(self.recipe["sizes"]), (1,)).item()
        views = self.crops.batch(self.recipe["batch"], self.recipe["sizes"][pick])
        x = cards.normalise(views, self.recipe["card"])
        if self.half:
            x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            return self.student(x, tensors), self.teachers(views)

    def step(self):
        """One batch. Returns the loss's parts as tensors (not read here: reading waits for the device)."""
        recipe = self.recipe
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            loss, parts = self.distillation(*self._answers(self.distillation.tensors()))
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(recipe["learning_rate"], self.budget.progress)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for g in self.optimiser.param_groups for p in g["params"]], 5.0)
        self.optimiser.step()
        self.steps += 1
        self.budget.pictures += recipe["batch"]
        self._average()
        return parts

    @torch.no_grad()
    def _average(self):
        """The exported network is a moving average over the last `average_over` pictures, shorter at the start."""
        keep = min(math.exp(-self.recipe["batch"] / self.recipe["average_over"]), (1 + self.steps) / (10 + self.steps))
        own = self.student.state_dict()
        for name, value in self.averaged.state_dict().items():
            if value.is_floating_point():
                value.lerp_(own[name], 1 - keep)
            else:
                value.copy_(own[name])

    def save(self):
        """Writes the checkpoint and the averaged network, each whole or not at all."""
        path = os.path.join(self.out, "checkpoint.pt")
        torch.save({
            "recipe": self.recipe, "deviation": self.deviation, "steps": self.steps,
            "pictures": self.budget.pictures, "seconds": self.budget.seconds,
            "student": self.student.state_dict(), "averaged": self.averaged.state_dict(),
            "distillation": self.distillation.state_dict(), "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state().cpu(), "torch": torch.get_rng_state(),
        }, path + ".partial")
        os.replace(path + ".partial", path)
        card = dict(self.recipe["card"])
        card["notes"] = (f"{card['notes']} Distilled from {self.trained_on} pictures: {self.budget.pictures} crops in "
                         f"{self.budget.seconds / 60:.0f} minutes.").strip()
        export.write(os.path.join(self.out, "reverie-s.onnx"), self.averaged, card)

    def _restore(self, state):
        for name in ("student", "averaged", "distillation", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.generator.set_state(state["generator"].cpu())
        torch.set_rng_state(state["torch"].cpu())
        self.steps = state["steps"]
        self.budget = Budget(self.recipe["budget"], state["pictures"], state["seconds"])


def run(training, seconds, log_every, save_every):
    """Steps until the budget or this run's `seconds` are used, or a signal stops it. True when the budget is used."""
    stop = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.append(True))
    shown, saved, sums, count = time.monotonic(), time.monotonic(), {}, 0
    pictures_before = training.budget.pictures
    with open(os.path.join(training.out, "log.jsonl"), "a", encoding="utf-8") as log:
        while training.budget.progress < 1 and training.budget.run_seconds < seconds and not stop:
            for name, value in training.step().items():
                sums[name] = sums.get(name, 0) + value
            count += 1
            now = time.monotonic()
            if now - shown >= log_every:
                means = {name: float(value) / count for name, value in sums.items()}
                if not all(math.isfinite(v) for v in means.values()):
                    raise SystemExit(f"the training has diverged: {means}; the last checkpoint is kept")
                rate = (training.budget.pictures - pictures_before) / (time.monotonic() - shown)
                line = {"progress": round(training.budget.progress, 4), "pictures": training.budget.pictures,
                        "seconds": round(training.budget.seconds), "pictures_per_second": round(rate, 1),
                        **{name: round(v, 4) for name, v in means.items()}}
                print(json.dumps(line), flush=True)
                print(json.dumps(line), file=log, flush=True)
                shown, sums, count, pictures_before = time.monotonic(), {}, 0, training.budget.pictures
            if now - saved >= save_every:
                training.save()
                saved = time.monotonic()
    training.save()
    return training.budget.progress >= 1


def main():
    parser = argparse.ArgumentParser(description="Train the embedded network by distillation.")
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--pictures", required=True, help="zip archive of training pictures")
    parser.add_argument("--googlenet", required=True, help="teacher: BVLC GoogLeNet, .onnx")
    parser.add_argument("--vgg", required=True, help="teacher: VGG-19-shaped encoder, .onnx")
    parser.add_argument("--out", required=True, help="folder for the checkpoint, the log and the network")
    parser.add_argument("--start", help="an exported network whose weights to begin with (else random ones)")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop this run after so long, to go on later")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="CPU threads")
    parser.add_argument("--log-every", type=float, default=15, help="seconds")
    parser.add_argument("--save-every", type=float, default=120, help="seconds")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    with open(options.recipe, encoding="utf-8") as f:
        recipe = json.load(f)
    os.makedirs(options.out, exist_ok=True)
    training = Training(recipe, {"googlenet": options.googlenet, "vgg": options.vgg}, options.pictures, options.out,
                        torch.device(options.device))
    if options.start and training.steps == 0:
        training.start_from(options.start)
    done = run(training, options.seconds, options.log_every, options.save_every)
    print(f"{'finished' if done else 'paused'} at {training.budget.progress:.1%}: {training.budget.pictures} crops",
          file=sys.stderr)


if __name__ == "__main__":
    main()
