"""Model cards (the JSON under the ONNX metadata key `reverie.card`): how a picture must be given to a network."""
import json

import torch


def parse(text):
    """The card's JSON as a dict. Raises ValueError when the model carries none."""
    if not text:
        raise ValueError("the model has no card in its metadata (key reverie.card)")
    return json.loads(text)


def normalise(views, card):
    """RGB views in 0..1 [N,3,H,W] -> the network's input: its channel order, range, mean and deviation."""
    wanted = card["input"]
    low, high = wanted.get("range", [0, 1])
    column = lambda values: torch.tensor(values, dtype=views.dtype, device=views.device).view(1, 3, 1, 1)
    x = views.flip(1) if wanted["channels"] == "BGR" else views
    return (x * (high - low) + low - column(wanted["mean"])) / column(wanted["std"])
