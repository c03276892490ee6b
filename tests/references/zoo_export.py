"""Exports the zoo's networks to ONNX by PyTorch's own exporter, in the forms that users meet."""
import gzip
import hashlib
import io
import warnings

import numpy
import onnx
import torch
from onnx import numpy_helper

from zoo_networks import parameters

# Tensors of so many bytes, or of shapes and indices, stay in a skeleton as they are.
KEPT_BYTES = 128


def export(network, size, opset, folds=False, fuses=False, batch_is_free=True, file=None):
    """The bytes of the model (or None where a file takes them), with input `image` and outputs `logits` and `features`.

    `fuses`: the exporter's default mode, in which it multiplies BatchNorm into convolutions, in float32; else the mode that
    preserves the network as it is. `folds`: constant folding.
    """
    target = io.BytesIO() if file is None else str(file)
    mode = torch.onnx.TrainingMode.EVAL if fuses else torch.onnx.TrainingMode.PRESERVE
    names = ["image", "logits", "features"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, torch.zeros(1, 3, size, size), target, opset_version=opset, do_constant_folding=folds, training=mode,
                          input_names=names[:1], output_names=names[1:], dynamic_axes={name: {0: "batch"} for name in names} if batch_is_free else None)
    return target.getvalue() if file is None else None


def skeleton(network, model):
    """The model without its seeded weights: (gzipped bytes, recipe).

    Weights become inputs of the graph, and the recipe says what fills them: [name, seed, low, high], and a true where the exporter has
    transposed the parameter. Small tensors and integers stay.
    """
    model = onnx.load_from_string(model)
    graph = model.graph
    known = {}
    for name, _, seed, low, high in parameters(network.network):
        values = network.network.state_dict()[name].numpy()
        known[key(values)] = [seed, low, high]
        if values.ndim == 2:
            known.setdefault(key(values.T), [seed, low, high, True])
    recipe, kept = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        found = known.get(key(values)) if values.dtype == numpy.float32 and values.nbytes > KEPT_BYTES else None
        if found is None:
            assert values.dtype != numpy.float32 or values.nbytes < 20000, f"{tensor.name} {values.shape} is no parameter"
            kept.append(tensor)
            continue
        recipe.append([tensor.name, *found])
        graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, onnx.TensorProto.FLOAT, values.shape))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in graph.node:
        node.ClearField("doc_string")
    return gzip.compress(model.SerializeToString(), 9, mtime=0), recipe


def key(values):
    return values.shape, hashlib.sha256(numpy.ascontiguousarray(values).tobytes()).digest()
