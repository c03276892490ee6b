"""The two teachers behind one face: views in, named target maps and logits out."""
import torch

import cards
from onnx_torch import OnnxNetwork


class Teachers(torch.nn.Module):
    """`files`: {"googlenet": path, "vgg": path}; `tensors`: names as "googlenet:inception_3b/output".

    The floating-point type of the weights decides the precision of the answers. bfloat16 is safe, float16 is not:
    GoogLeNet's activations reach thousands and LRN squares them.
    """

    def __init__(self, files, tensors):
        super().__init__()
        self.networks = torch.nn.ModuleDict({name: OnnxNetwork(path) for name, path in files.items()})
        self.cards = {name: cards.parse(network.card) for name, network in self.networks.items()}
        self.logits = "googlenet:" + self.cards["googlenet"]["output"]["logits"]
        self.maps = list(tensors)
        self.requires_grad_(False)

    @torch.no_grad()
    def forward(self, views):
        """float32 RGB views [N,3,H,W] in 0..1 -> {tensor: value}; the logits under `self.logits`."""
        answers = {}
        for name, network in self.networks.items():
            prefix = name + ":"
            tensors = [t[len(prefix):] for t in self.maps + [self.logits] if t.startswith(prefix)]
            dtype = next(network.buffers()).dtype
            x = cards.normalise(views, self.cards[name]).to(dtype)
            if x.is_cuda:
                x = x.contiguous(memory_format=torch.channels_last)
            answers.update({prefix + t: v for t, v in network(x, tensors).items()})
        return answers

    @torch.no_grad()
    def channels(self, views):
        """{map: number of channels}, from one small batch."""
        return {name: value.shape[1] for name, value in self(views).items() if name != self.logits}


@torch.no_grad()
def deviations(teachers, draw, batches):
    """Each map's deviation per channel over `batches` batches of views, {map: [C]}.

    A channel that hardly ever fires would be blown up into noise, so a channel counts as having at least a tenth of
    its map's root mean square deviation.
    """
    total, square, count = {}, {}, {}
    for _ in range(batches):
        for name, value in teachers(draw()).items():
            if name == teachers.logits:
                continue
            x = value.float().transpose(0, 1).flatten(1).double()
            total[name] = total.get(name, 0) + x.sum(1)
            square[name] = square.get(name, 0) + (x * x).sum(1)
            count[name] = count.get(name, 0) + x.shape[1]
    result = {}
    for name in total:
        variance = (square[name] / count[name] - (total[name] / count[name]) ** 2).clamp(0)
        result[name] = variance.sqrt().clamp(min=0.1 * variance.mean().sqrt().item()).float()
    return result
