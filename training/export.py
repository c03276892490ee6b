"""Writes a trained student as an ONNX file that any runtime of opset 13 reads, and reads its weights back.

Weights lie in the file as float16, each behind a Cast to float32: half the size, and all arithmetic in float32.
"""
import json
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 13, 8


def write(path, student, card):
    """Writes `student` (its normalisations folded) with `card` (a dict) to `path`, atomically. Returns the bytes."""
    weights = student.folded()
    nodes, initializers = [], []

    def constant(base, part, value):
        half = value.numpy().astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{base}.{part} does not fit float16")
        initializers.append(numpy_helper.from_array(half, f"{base}.{part}.half"))
        nodes.append(helper.make_node("Cast", [f"{base}.{part}.half"], [f"{base}.{part}"],
                                      f"{base}.{part}.cast", to=TensorProto.FLOAT))

    x = "image"
    for kind, name in student.steps:
        if kind == "pool":
            nodes.append(helper.make_node("AveragePool", [x], [f"pool{name}"], f"pool{name}",
                                          kernel_shape=[2, 2], strides=[2, 2]))
            x = f"pool{name}"
            continue
        base = f"conv{name}"
        weight, bias = weights[base]
        constant(base, "weight", weight)
        constant(base, "bias", bias)
        kernel = weight.shape[2]
        nodes.append(helper.make_node("Conv", [x, f"{base}.weight", f"{base}.bias"], [base], base,
                                      kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4))
        nodes.append(helper.make_node("Relu", [base], [f"relu{name}"], f"relu{name}"))
        x = f"relu{name}"
    constant("fc", "weight", weights["fc"][0])
    constant("fc", "bias", weights["fc"][1])
    nodes += [
        helper.make_node("GlobalAveragePool", [x], ["embed"], "embed"),
        helper.make_node("Flatten", ["embed"], ["embed_flat"], "embed_flat", axis=1),
        helper.make_node("Gemm", ["embed_flat", "fc.weight", "fc.bias"], ["logits"], "logits", transB=1),
        helper.make_node("Softmax", ["logits"], ["probabilities"], "probabilities", axis=1),
    ]
    classes = weights["fc"][1].shape[0]
    graph = helper.make_graph(
        nodes, card["name"],
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", classes])],
        initializers)
    model = helper.make_model(graph, producer_name="reverie-training", ir_version=IR_VERSION,
                              opset_imports=[helper.make_opsetid("", OPSET)])
    helper.set_model_props(model, {"reverie.card": json.dumps(card)})
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    partial = f"{path}.partial"
    with open(partial, "wb") as f:
        f.write(data)
    os.replace(partial, path)
    return len(data)


def read_weights(path):
    """{tensor base name: (weight, bias)} in float32 of a file that `write` made (or the first version did)."""
    halves = {t.name: torch.from_numpy(numpy_helper.to_array(t).astype(np.float32))
              for t in onnx.load(path).graph.initializer}
    bases = {name[:-len(".weight.half")] for name in halves if name.endswith(".weight.half")}
    if not bases:
        raise ValueError(f"{path}: not a network written by this recipe (no tensor named *.weight.half)")
    return {base: (halves[f"{base}.weight.half"], halves[f"{base}.bias.half"]) for base in bases}
