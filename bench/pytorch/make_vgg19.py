"""Writes a network of VGG-19's shape up to relu5_1, with random weights: python3 make_vgg19.py OUT.onnx [--seed 19]

For timing only, since speed does not depend on the weights. Widths and order are those of Simonyan and Zisserman (2014)
and torchvision; weights are N(0, 2/fan_in) (He et al. 2015) and biases 0, so that activations neither vanish nor overflow.
3x3 convolutions with zero padding, 2x2 max pools, opset 13; batch, height and width are free. Tensors are named conv1_1,
relu1_1, ..., pool1, ..., conv5_1, relu5_1. The same seed gives the same bytes.
"""
import argparse
import os
import sys

BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1))  # (width, convolutions); the fifth is cut after its first


def build(seed):
    import numpy
    from onnx import TensorProto, helper, numpy_helper
    random = numpy.random.default_rng(seed)
    nodes, weights, tensor, channels = [], [], "data", 3
    for block, (width, count) in enumerate(BLOCKS, 1):
        for layer in range(1, count + 1):
            name = f"{block}_{layer}"
            spread = (2 / (9 * channels)) ** 0.5
            values = random.standard_normal((width, channels, 3, 3), numpy.float32) * numpy.float32(spread)
            weights += [numpy_helper.from_array(values, f"conv{name}.weight"),  # stored as raw data
                        numpy_helper.from_array(numpy.zeros(width, numpy.float32), f"conv{name}.bias")]
            nodes += [helper.make_node("Conv", [tensor, f"conv{name}.weight", f"conv{name}.bias"], [f"conv{name}"],
                                       name=f"conv{name}", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
                      helper.make_node("Relu", [f"conv{name}"], [f"relu{name}"], name=f"relu{name}")]
            tensor, channels = f"relu{name}", width
        if block < len(BLOCKS):
            nodes.append(helper.make_node("MaxPool", [tensor], [f"pool{block}"], name=f"pool{block}",
                                          kernel_shape=[2, 2], strides=[2, 2]))
            tensor = f"pool{block}"
    graph = helper.make_graph(
        nodes, "vgg19-random", [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info(tensor, TensorProto.FLOAT, ["N", channels, "h", "w"])], weights)
    model = helper.make_model(graph, producer_name="make_vgg19.py", opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=19)
    options = parser.parse_args()
    try:
        model = build(options.seed)
    except ImportError as error:
        print(f"not installed: {error.name} (Debian: apt install python3-onnx)", file=sys.stderr)
        sys.exit(3)
    part = options.out + ".part"
    with open(part, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))
    os.replace(part, options.out)


if __name__ == "__main__":
    main()
