"""What the student is asked for: the teachers' maps through learned 1x1 adapters, and GoogLeNet's softened logits."""
import torch
from torch import nn
import torch.nn.functional as F

from explained import LinearReading, align, rows


class Distillation(nn.Module):
    """`matches`: [{"teacher": map, "layer": student tensor, "weight": w}]; `logits`: {"weight", "temperature"}.

    Each map's loss is the mean squared error in units of each channel's deviation, so about the share of variance left
    unexplained: comparable between maps and between teachers.
    """

    def __init__(self, matches, logits, widths, channels, deviation, teacher_logits):
        super().__init__()
        self.matches, self.logits, self.teacher_logits = matches, logits, teacher_logits
        self.adapters = nn.ModuleList(nn.Conv2d(widths[m["layer"]], channels[m["teacher"]], 1) for m in matches)
        for i, match in enumerate(matches):
            self.register_buffer(f"deviation{i}", deviation[match["teacher"]].view(1, -1, 1, 1))

    def tensors(self):
        """The student's tensors that the losses need."""
        return sorted({m["layer"] for m in self.matches}) + ["logits"]

    def _target(self, i, teacher):
        return teacher[self.matches[i]["teacher"]].float() / getattr(self, f"deviation{i}")

    @torch.no_grad()
    def fit(self, answers):
        """Sets the adapters to the best readings of a student that has been trained before.

        `answers`: an iterable of (student, teacher), dicts of tensors as in `forward`.
        """
        readings = [LinearReading() for _ in self.matches]
        for student, teacher in answers:
            for i, (match, reading) in enumerate(zip(self.matches, readings)):
                target = self._target(i, teacher)
                own = align(student[match["layer"]].float(), *target.shape[2:])
                positions = torch.randperm(target[0, 0].numel())[:64].to(target.device)
                reading.add(rows(own, positions), rows(target, positions))
        for adapter, reading in zip(self.adapters, readings):
            reading.solve()
            adapter.weight.copy_(reading.weights[:-1].t()[:, :, None, None])
            adapter.bias.copy_(reading.weights[-1])

    def forward(self, student, teacher):
        """(loss, {name: part}): `student` and `teacher` are dicts of tensors; parts are unweighted and detached."""
        loss, parts = 0, {}
        for i, match in enumerate(self.matches):
            target = self._target(i, teacher)
            reading = align(self.adapters[i](student[match["layer"]]), *target.shape[2:])
            error = F.mse_loss(reading.float(), target)
            parts[match["teacher"]] = error.detach()
            loss = loss + match["weight"] * error
        temperature = self.logits["temperature"]
        own = F.log_softmax(student["logits"].float() / temperature, 1)
        wanted = F.log_softmax(teacher[self.teacher_logits].float() / temperature, 1)
        # T^2 keeps the gradient's size independent of the temperature (Hinton, Vinyals, Dean 2015).
        divergence = temperature ** 2 * (wanted.exp() * (wanted - own)).sum(1).mean()
        parts["logits"] = divergence.detach()
        return loss + self.logits["weight"] * divergence, parts
