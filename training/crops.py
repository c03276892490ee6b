"""Heavy augmentation on the device: random views of a few pictures, as many millions of them as there is time for.

A teacher answers each view afresh, so a view may be anything that both networks see alike ("a good teacher is patient
and consistent", Beyer et al. 2022): resized crops with rotation and flips, colour, noise, and mixtures of two views.
"""
import math

import torch
import torch.nn.functional as F


class Crops:
    """Draws batches of views. `settings` is the recipe's section "crops"; `generator` lives on the bank's device."""

    def __init__(self, bank, settings, generator):
        self.bank, self.settings, self.generator = bank, settings, generator
        self.device = bank.canvas.device

    def batch(self, count, size):
        """float32 [count,3,size,size] in 0..1 (RGB)."""
        views = self._colour(self._views(count, size))
        views = self._mix(views)
        noise = self.settings["noise"] * self._uniform(count, 0, 1).view(-1, 1, 1, 1)
        views = views + noise * torch.randn(views.shape, generator=self.generator, device=self.device)
        return views.clamp_(0, 1)

    def _uniform(self, count, low, high):
        return low + (high - low) * torch.rand(count, generator=self.generator, device=self.device)

    def _chosen(self, count, probability):
        return self._uniform(count, 0, 1) < probability

    def _views(self, count, size):
        """Random rotated rectangles of random pictures, sampled bilinearly, the border mirrored."""
        s = self.settings
        which = torch.randint(len(self.bank), (count,), generator=self.generator, device=self.device)
        height, width = self.bank.size[which].unbind(1)
        area = self._uniform(count, *s["area"]) * torch.minimum(height, width) ** 2
        aspect = torch.exp(self._uniform(count, -1, 1) * math.log(s["aspect"]))
        crop_height = torch.minimum(torch.sqrt(area / aspect), height)
        crop_width = torch.minimum(torch.sqrt(area * aspect), width)
        top = self._uniform(count, 0, 1) * (height - crop_height)
        left = self._uniform(count, 0, 1) * (width - crop_width)
        angle = self._uniform(count, -1, 1) * math.radians(s["rotation"])
        flip = torch.where(self._chosen(count, 0.5), -1.0, 1.0)

        line = (torch.arange(size, device=self.device) + 0.5) / size * 2 - 1
        v, u = torch.meshgrid(line, line, indexing="ij")
        cos, sin = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None]
        half_h, half_w = (crop_height / 2)[:, None, None], (crop_width / 2)[:, None, None]
        x, y = u * flip[:, None, None] * half_w, v * half_h
        x, y = cos * x - sin * y, sin * x + cos * y
        x = _mirror(x + (left + crop_width / 2)[:, None, None], width[:, None, None])
        y = _mirror(y + (top + crop_height / 2)[:, None, None], height[:, None, None])
        canvas = self.bank.canvas.shape[-1]
        grid = torch.stack((x, y), -1) / canvas * 2 - 1
        return F.grid_sample(self.bank.canvas[which].float() / 255, grid, mode="bilinear",
                             padding_mode="border", align_corners=False)

    def _colour(self, views):
        """Gain per channel, contrast, saturation, brightness; some views grey, some inverted."""
        s, count = self.settings, len(views)
        column = lambda x: x.view(-1, 1, 1, 1)
        gain = 1 + s["gain"] * (2 * torch.rand(count, 3, 1, 1, generator=self.generator, device=self.device) - 1)
        views = views * gain
        grey = views.mean(1, keepdim=True)
        saturation = torch.where(self._chosen(count, s["grey"]), torch.zeros(count, device=self.device),
                                 self._uniform(count, 1 - s["saturation"], 1 + s["saturation"]))
        views = grey + column(saturation) * (views - grey)
        mean = views.mean((1, 2, 3), keepdim=True)
        views = mean + column(self._uniform(count, 1 - s["contrast"], 1 + s["contrast"])) * (views - mean)
        views = views + column(self._uniform(count, -s["brightness"], s["brightness"]))
        return torch.where(column(self._chosen(count, s["invert"])), 1 - views, views)

    def _mix(self, views):
        """Mixup (a blend with another view of the batch) or cutmix (a rectangle of it), or neither."""
        s, (count, _, height, width) = self.settings, views.shape
        other = views.roll(1, 0)
        kind = self._uniform(count, 0, 1)
        share = torch.where(kind < s["mixup"], self._uniform(count, 0, 0.5), torch.zeros(count, device=self.device))
        mixed = views + share.view(-1, 1, 1, 1) * (other - views)
        side_h, side_w = (self._uniform(count, 0.2, 0.7).view(-1, 1, 1) for _ in range(2))
        top, left = (self._uniform(count, 0, 1).view(-1, 1, 1) for _ in range(2))
        v = (torch.arange(height, device=self.device) + 0.5).view(1, -1, 1) / height
        u = (torch.arange(width, device=self.device) + 0.5).view(1, 1, -1) / width
        inside = (v >= top * (1 - side_h)) & (v - top * (1 - side_h) < side_h) \
            & (u >= left * (1 - side_w)) & (u - left * (1 - side_w) < side_w)
        cut = (kind >= s["mixup"]) & (kind < s["mixup"] + s["cutmix"])
        return torch.where((inside & cut.view(-1, 1, 1)).unsqueeze(1), other, mixed)


def _mirror(position, length):
    """Reflects a coordinate into 0.5 .. length - 0.5, the centres of a picture's first and last pixel."""
    span = length - 1
    t = torch.remainder(position - 0.5, 2 * span)
    return torch.where(t > span, 2 * span - t, t) + 0.5
