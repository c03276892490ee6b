"""How much of a teacher's map a network's own layers hold: the best linear (1x1) reading of the map from a layer.

The reading is fitted by least squares on some pictures and judged on others, so networks trained in whatever way are
compared alike.
"""
import torch
import torch.nn.functional as F

RIDGE = 1e-4  # relative to the mean feature energy; only keeps the normal equations solvable


class LinearReading:
    """Streaming least squares from features [n,F] to targets [n,T], in double precision."""

    def __init__(self):
        self.xx = self.xy = 0

    def add(self, x, y):
        x = _with_one(x)
        self.xx = self.xx + x.t() @ x
        self.xy = self.xy + x.t() @ y.double()

    def solve(self):
        ridge = RIDGE * self.xx.diagonal().mean()
        self.weights = torch.linalg.solve(self.xx + ridge * torch.eye(len(self.xx), device=self.xx.device), self.xy)

    def read(self, x):
        return _with_one(x) @ self.weights


class Unexplained:
    """Accumulates the residual and the total variance per channel; `share()` is their ratio averaged over channels.

    With every channel scaled to unit deviation all channels weigh the same; channels that never vary are left out.
    """

    def __init__(self):
        self.residual = self.total = self.square = self.count = 0

    def add(self, prediction, target):
        target = target.double()
        self.residual = self.residual + ((prediction - target) ** 2).sum(0)
        self.total = self.total + target.sum(0)
        self.square = self.square + (target ** 2).sum(0)
        self.count += len(target)

    def share(self):
        residual = self.residual / self.count
        variance = self.square / self.count - (self.total / self.count) ** 2
        alive = variance > 1e-6 * variance.mean()
        return (residual[alive] / variance[alive]).clamp(max=1).mean().item()


def _with_one(x):
    return torch.cat((x.double(), torch.ones(len(x), 1, dtype=torch.double, device=x.device)), 1)


def rows(values, positions):
    """[N,C,H,W] -> [N*P,C] at the same flat positions [P] of every picture."""
    return values.flatten(2)[:, :, positions].transpose(1, 2).flatten(0, 1)


def align(values, height, width):
    """Brings a map to a teacher's grid; a grid of the same size is left as it is."""
    return values if values.shape[2:] == (height, width) else \
        F.interpolate(values, (height, width), mode="bilinear", align_corners=False)
