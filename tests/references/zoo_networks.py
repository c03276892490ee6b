"""The networks of the zoo: torchvision's architectures, whole, and reduced to a few narrow blocks for the tests that run everywhere.

Weights are seeded by a hash instead of PyTorch's generator, so that a test makes them again without PyTorch: element i of the
k-th parameter (in the order of state_dict) is float32(low + (high - low) * u) with u = (h(k, i) >> 40) / 2^24, computed in
float64; h is the SplitMix64 of hash_picture.py. The range (low, high) is that of `weight_range`. BatchNorm statistics are
random too: folding them wrongly shows.
"""
import math

import numpy
import torch
import torchvision.models as zoo
from torchvision.models import convnext, efficientnet, inception, mobilenetv3, regnet, resnet, vgg

from hash_picture import splitmix64


class Entry:
    def __init__(self, build, size, feature):
        self.build, self.size, self.feature = build, size, feature  # feature: the submodule whose output is the middle layer


def whole(name, feature, size=224, **options):
    return Entry(lambda: getattr(zoo, name)(weights=None, **options), size, feature)


NETWORKS = {
    "alexnet": whole("alexnet", "features.8"),
    "vgg11_bn": whole("vgg11_bn", "features.18"),
    "vgg19": whole("vgg19", "features.25"),
    "resnet18": whole("resnet18", "layer2"),
    "resnet50": whole("resnet50", "layer3"),
    "resnext50_32x4d": whole("resnext50_32x4d", "layer3"),
    "wide_resnet50_2": whole("wide_resnet50_2", "layer3"),
    "densenet121": whole("densenet121", "features.transition2"),
    "googlenet": whole("googlenet", "inception4c", aux_logits=False, init_weights=False),
    "inception_v3": whole("inception_v3", "Mixed_6c", 299, init_weights=False),
    "squeezenet1_0": whole("squeezenet1_0", "features.7"),
    "shufflenet_v2_x0_5": whole("shufflenet_v2_x0_5", "stage3"),
    "mobilenet_v2": whole("mobilenet_v2", "features.10"),
    "mobilenet_v3_small": whole("mobilenet_v3_small", "features.8"),
    "mnasnet0_5": whole("mnasnet0_5", "layers.11"),
    "efficientnet_b0": whole("efficientnet_b0", "features.5"),
    "regnet_y_400mf": whole("regnet_y_400mf", "trunk_output.block3"),
    "convnext_tiny": whole("convnext_tiny", "features.5"),
    "vit_b_32": whole("vit_b_32", "encoder.layers.encoder_layer_5"),
    "swin_t": whole("swin_t", "features.3"),
}


def small_vgg(norm, width=8):
    features = vgg.make_layers([width, "M", 2 * width, "M", 4 * width, 4 * width, "M"], batch_norm=norm)
    return torch.nn.Sequential(features, torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), torch.nn.Linear(16 * width, 10))


def small_mobilenet_v3():
    setting = mobilenetv3.InvertedResidualConfig
    blocks = [setting(16, 3, 16, 16, True, "RE", 2, 1, 0.5), setting(16, 3, 40, 24, False, "RE", 2, 1, 0.5),
              setting(24, 5, 64, 24, True, "HS", 1, 1, 0.5), setting(24, 5, 64, 32, True, "HS", 2, 2, 0.5)]
    return mobilenetv3.MobileNetV3(blocks, last_channel=64, num_classes=10)


def small_efficientnet():
    setting = efficientnet.MBConvConfig
    blocks = [setting(1, 3, 1, 16, 8, 1, 1, 1), setting(4, 3, 2, 8, 16, 2, 1, 1), setting(4, 5, 2, 16, 24, 1, 1, 1)]
    return efficientnet.EfficientNet(blocks, dropout=0.2, num_classes=10, last_channel=48)


def small_regnet():
    parameters = regnet.BlockParams(depths=[1, 2], widths=[16, 32], group_widths=[8, 8], bottleneck_multipliers=[1.0, 1.0], strides=[2, 2], se_ratio=0.25)
    return regnet.RegNet(parameters, num_classes=10, stem_width=8)


def small_convnext():
    setting = convnext.CNBlockConfig
    return convnext.ConvNeXt([setting(16, 24, 1), setting(24, 32, 2), setting(32, None, 1)], num_classes=10)


def small_inception():
    modules = torch.nn.Sequential(
        inception.BasicConv2d(3, 16, kernel_size=3, stride=2), torch.nn.MaxPool2d(3, 2), inception.InceptionA(16, 8), inception.InceptionB(232),
        inception.InceptionC(712, 16), inception.InceptionD(768), inception.InceptionE(1280))
    return torch.nn.Sequential(modules, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(2048, 10))


SMALL = {
    "vgg": Entry(lambda: small_vgg(False), 48, "0.5"),
    "vgg_bn": Entry(lambda: small_vgg(True), 48, "0.8"),
    "resnet": Entry(lambda: resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 1], num_classes=10), 64, "layer2"),
    "resnext": Entry(lambda: resnet.ResNet(resnet.Bottleneck, [1, 1, 1, 1], num_classes=10, groups=4, width_per_group=8), 64, "layer2"),
    "densenet": Entry(lambda: zoo.DenseNet(8, (2, 3, 2, 2), 16, num_classes=10), 64, "features.transition2"),
    "googlenet": Entry(lambda: zoo.GoogLeNet(num_classes=10, aux_logits=False, init_weights=False), 64, "inception4a"),
    "inception": Entry(small_inception, 79, "0.3"),
    "squeezenet": Entry(lambda: zoo.SqueezeNet("1_1", num_classes=10), 64, "features.7"),
    "shufflenet": Entry(lambda: zoo.ShuffleNetV2([2, 2, 1], [8, 16, 32, 48, 64], num_classes=10), 64, "stage3"),
    "mobilenet_v2": Entry(lambda: zoo.MobileNetV2(10, 0.25, [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 2, 2]]), 64, "features.3"),
    "mobilenet_v3": Entry(small_mobilenet_v3, 64, "features.3"),
    "mnasnet": Entry(lambda: zoo.MNASNet(0.1, num_classes=10), 64, "layers.9"),
    "efficientnet": Entry(small_efficientnet, 64, "features.2"),
    "regnet": Entry(small_regnet, 64, "trunk_output.block1"),
    "convnext": Entry(small_convnext, 64, "features.3"),
    "vit": Entry(lambda: zoo.VisionTransformer(48, 8, 2, 2, 32, 64, num_classes=10), 48, "encoder.layers.encoder_layer_0"),
    "swin": Entry(lambda: zoo.SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=10), 48, "features.1"),
}


def weight_range(name, tensor):
    """Where a parameter's values lie: He's variance for weights, so that activations neither vanish nor overflow."""
    last = name.split(".")[-1]
    if last == "running_var":
        return 0.5, 1.5
    if last == "layer_scale":
        return 0.2, 0.6
    if tensor.dim() >= 2 and last in ("weight", "in_proj_weight"):
        bound = math.sqrt(6 / math.prod(tensor.shape[1:]))
        return -bound, bound
    if last == "weight":  # of a normalisation
        return 0.5, 1.0
    return -0.2, 0.2  # biases, running means, tokens, positions


def seeded_values(shape, seed, low, high):
    count = math.prod(shape)
    values = numpy.empty(count, numpy.float32)
    for start in range(0, count, 1 << 22):
        stop = min(start + (1 << 22), count)
        u = (splitmix64(seed, numpy.arange(start, stop)) >> numpy.uint64(40)).astype(numpy.float64) / 2 ** 24
        values[start:stop] = low + (high - low) * u
    return values.reshape(tuple(shape))


def parameters(network):
    """(name, shape, seed, low, high) of everything that is seeded."""
    floating = [(name, tensor) for name, tensor in network.state_dict().items() if tensor.is_floating_point()]
    return [(name, list(tensor.shape), seed, *weight_range(name, tensor)) for seed, (name, tensor) in enumerate(floating)]


class Exported(torch.nn.Module):
    """A network that gives its logits and the output of one submodule."""
    def __init__(self, entry):
        super().__init__()
        self.network = entry.build()
        self.network.get_submodule(entry.feature).register_forward_hook(self.keep)
        state = self.network.state_dict()
        with torch.no_grad():
            for name, shape, seed, low, high in parameters(self.network):
                state[name].copy_(torch.from_numpy(seeded_values(shape, seed, low, high)))
        self.eval()
        self.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, torch.nn.MultiheadAttention):
                # PyTorch 1.13 cannot export the fused operator of evaluation; without dropout the other path computes the same
                assert module.dropout == 0
                module.training, module.train = True, lambda mode=True, module=module: module

    def keep(self, module, inputs, output):
        self.features = output

    def forward(self, x):
        logits = self.network(x)
        return logits, self.features


def build(entry):
    torch.manual_seed(0)
    return Exported(entry)
