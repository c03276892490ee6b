"""The network that is trained: plain 3x3 convolutions and ReLU in stages, with a linear classifier on top.

conv1_1 relu1_1 ... pool1 | conv2_1 ... | conv_embed (1x1) relu_embed, global average `embed`, `logits`. While it is
trained every convolution is followed by a batch normalisation, which export folds away.
"""
import torch
from torch import nn
import torch.nn.functional as F


class Student(nn.Module):
    """`settings`: {"stages": [[channels, convolutions], ...], "embed": channels, "classes": n}.

    Stage k works at stride 2^(k-1). Called like OnnxNetwork: with the normalised image and the names of the tensors
    wanted, it returns them by name.
    """

    def __init__(self, settings):
        super().__init__()
        self.settings = settings
        self.convolutions, self.norms = nn.ModuleDict(), nn.ModuleDict()
        self.steps = []
        width = 3
        for k, (channels, depth) in enumerate(settings["stages"], 1):
            if k > 1:
                self.steps.append(("pool", str(k - 1)))
            for i in range(1, depth + 1):
                self._add(f"{k}_{i}", width, channels, 3)
                width = channels
        self._add("_embed", width, settings["embed"], 1)
        self.fc = nn.Linear(settings["embed"], settings.get("classes", 1000))
        nn.init.normal_(self.fc.weight, std=0.01)
        nn.init.zeros_(self.fc.bias)

    def _add(self, name, before, after, kernel):
        convolution = nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=False)
        nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
        self.convolutions[name] = convolution
        self.norms[name] = nn.BatchNorm2d(after)
        self.steps.append(("conv", name))

    def layers(self):
        """[(relu tensor, channels, stride)] in order."""
        result, stride = [], 1
        for kind, name in self.steps:
            if kind == "pool":
                stride *= 2
            else:
                result.append((f"relu{name}", self.convolutions[name].out_channels, stride))
        return result

    def forward(self, x, tensors):
        wanted, values = set(tensors), {}
        for kind, name in self.steps:
            if kind == "pool":
                # Averages, not maxima: their gradient spreads evenly, which keeps checkerboards out of dreams, and
                # Gram matrices of averaged maps transfer style more smoothly (Gatys et al. 2015).
                x = F.avg_pool2d(x, 2)
                continue
            x = torch.relu(self.norms[name](self.convolutions[name](x)))
            if f"relu{name}" in wanted:
                values[f"relu{name}"] = x
        embed = x.mean((2, 3))
        values["embed"], values["logits"] = embed, self.fc(embed)
        missing = wanted - values.keys()
        if missing:
            raise KeyError(f"the student has no tensor {sorted(missing)}")
        return {name: values[name] for name in tensors}

    def folded(self):
        """{tensor base name: (weight, bias)} in float32: each normalisation folded into its convolution, the logits centred.

        A function of the picture that is added to all logits alike changes no probability, so that training leaves it to
        chance. But explanations are of a logit: here the logits of a picture sum to 0.
        """
        weights = {}
        for kind, name in self.steps:
            if kind != "conv":
                continue
            norm = self.norms[name]
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weights[f"conv{name}"] = (self.convolutions[name].weight * scale.view(-1, 1, 1, 1),
                                      norm.bias - norm.running_mean * scale)
        weights["fc"] = tuple(t - t.mean(0, keepdim=True) for t in (self.fc.weight, self.fc.bias))
        return {name: tuple(t.detach().float().cpu() for t in pair) for name, pair in weights.items()}

    @torch.no_grad()
    def start_from(self, weights, x):
        """Takes over folded weights (as `folded` gives them) so that training can go on from an exported network.

        Each normalisation is set to undo itself on the batch `x` (normalised images): the network then answers as the
        exported one did, and its normalisations have honest statistics to go on with.
        """
        own = {"fc", *(f"conv{name}" for kind, name in self.steps if kind == "conv")}
        if own != weights.keys():
            raise ValueError(f"the network to start from has other layers: {sorted(own ^ weights.keys())}")
        for kind, name in self.steps:
            if kind == "pool":
                x = F.avg_pool2d(x, 2)
                continue
            weight, bias = (t.to(x.device, x.dtype) for t in weights[f"conv{name}"])
            convolution, norm = self.convolutions[name], self.norms[name]
            if weight.shape != convolution.weight.shape:
                raise ValueError(f"conv{name}: the network to start from has weights {tuple(weight.shape)}, "
                                 f"the recipe asks for {tuple(convolution.weight.shape)}")
            convolution.weight.copy_(weight)
            y = convolution(x)
            variance, mean = torch.var_mean(y, (0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_(torch.sqrt(variance + norm.eps))
            norm.bias.copy_(mean + bias)
            x = torch.relu(y + bias.view(1, -1, 1, 1))
        for own_tensor, given in zip((self.fc.weight, self.fc.bias), weights["fc"]):
            own_tensor.copy_(given)
