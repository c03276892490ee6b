"""The budget of a training, and what follows from how much of it is used: the learning rate."""
import math
import time


class Budget:
    """A limit in pictures or in seconds of training, over all runs together.

    In pictures the whole schedule is the same on any machine; in seconds it always ends in time.
    `recipe`: {"pictures": n} or {"seconds": s}. `spent` counts both, and is restored from a checkpoint.
    """

    def __init__(self, recipe, pictures=0, seconds=0.0):
        if ("pictures" in recipe) == ("seconds" in recipe):
            raise ValueError('the recipe\'s "budget" must name either "pictures" or "seconds"')
        self.recipe, self.pictures, self._before, self._started = recipe, pictures, seconds, time.monotonic()

    @property
    def run_seconds(self):
        """Seconds since this run began."""
        return time.monotonic() - self._started

    @property
    def seconds(self):
        """Seconds of training, earlier runs counted in."""
        return self._before + self.run_seconds

    @property
    def progress(self):
        """0 at the start, 1 when the budget is used."""
        if "pictures" in self.recipe:
            return min(1.0, self.pictures / self.recipe["pictures"])
        return min(1.0, self.seconds / self.recipe["seconds"])


def learning_rate(peak, progress, warmup=0.03, floor=0.005):
    """Linear rise over the first `warmup` of the budget, then half a cosine down to `floor` of the peak."""
    if progress < warmup:
        return peak * max(progress / warmup, 0.01)
    fall = (progress - warmup) / (1 - warmup)
    return peak * (floor + (1 - floor) * (1 + math.cos(math.pi * fall)) / 2)
