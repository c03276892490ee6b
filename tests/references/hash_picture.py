"""Pictures, projections and sample places made of a hash, so that any language rebuilds them bit for bit.

All of it is SplitMix64 (Steele, Lea, Flood 2014): h(seed, i) is the i-th output (i from 0) of the generator whose state
starts at `seed`, i.e. with 64-bit wrapping arithmetic

    z = seed + (i + 1) * 0x9E3779B97F4A7C15
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    h = z ^ (z >> 31)

The picture is value noise in integers: for pitch p = 64, 16, 4, 1 (octave o = 0, 1, 2, 3) the lattice value is
n(o, c, y, x) = h(seed, ((o * 3 + c) * 65536 + y) * 65536 + x) >> 48, and a pixel (y, x) of plane c (0 red, 1 green,
2 blue), with Y = y / p, fy = y % p, X = x / p, fx = x % p (whole division), gets

    v(o) = (p-fy) * ((p-fx) * n(Y, X) + fx * n(Y, X+1)) + fy * ((p-fx) * n(Y+1, X) + fx * n(Y+1, X+1))
    s    = 8 * v(0) + 4 * v(1) * 16 + 2 * v(2) * 256 + 2 * v(3) * 4096        (each v brought to the scale of p = 64)
    level = s >> 24                                                          (0..255)
"""
import numpy

GOLDEN, MIX1, MIX2 = (numpy.uint64(k) for k in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
OCTAVES = ((64, 8), (16, 4), (4, 2), (1, 2))  # (pitch, weight)
PROJECTION_SEED, SAMPLE_SEED = 1001, 1002
PROJECTIONS, SAMPLES = 16, 256


def splitmix64(seed, index):
    """h(seed, index) for an array of indices, as uint64."""
    z = numpy.uint64(seed) + (numpy.asarray(index).astype(numpy.uint64) + numpy.uint64(1)) * GOLDEN
    z = (z ^ (z >> numpy.uint64(30))) * MIX1
    z = (z ^ (z >> numpy.uint64(27))) * MIX2
    return z ^ (z >> numpy.uint64(31))


def hash_picture(height, width, seed):
    """uint8 [3, height, width], planes red, green, blue."""
    planes = numpy.zeros((3, height, width), numpy.int64)
    for c in range(3):
        for o, (pitch, weight) in enumerate(OCTAVES):
            rows, columns = -(-height // pitch) + 1, -(-width // pitch) + 1
            lattice = ((o * 3 + c) * 65536 + numpy.arange(rows)[:, None]) * 65536 + numpy.arange(columns)
            n = (splitmix64(seed, lattice) >> numpy.uint64(48)).astype(numpy.int64)
            y, x = numpy.arange(height)[:, None], numpy.arange(width)
            (Y, fy), (X, fx) = (y // pitch, y % pitch), (x // pitch, x % pitch)
            v = (pitch - fy) * ((pitch - fx) * n[Y, X] + fx * n[Y, X + 1]) \
                + fy * ((pitch - fx) * n[Y + 1, X] + fx * n[Y + 1, X + 1])
            planes[c] += weight * v * (64 // pitch) ** 2
    return (planes >> 24).astype(numpy.uint8)


def network_input(levels, card):
    """float32 [1, 3, H, W] of an RGB picture [3, H, W] of levels 0..255, as a model's card wants it.

    (level / 255 * (high - low) + low - mean) / std in float64, rounded once to float32; for the range 0..255 the level
    itself takes the place of level / 255 * 255.
    """
    low, high = card["range"]
    planes = levels[::-1] if card["channels"] == "BGR" else levels
    value = planes.astype(numpy.float64)
    if (low, high) != (0, 255):
        value = value / 255 * (high - low) + low
    mean, std = (numpy.array(card[k], numpy.float64).reshape(3, 1, 1) for k in ("mean", "std"))
    return ((value - mean) / std).astype(numpy.float32)[None]


def sample_places(count):
    """SAMPLES flat indices into an array of `count` values: h(SAMPLE_SEED, j) mod count."""
    return (splitmix64(SAMPLE_SEED, numpy.arange(SAMPLES)) % numpy.uint64(count)).astype(numpy.int64)


def projections(values):
    """The dot products with PROJECTIONS vectors of +-1: entry i of vector k is -1 where bit k of h(PROJECTION_SEED, i) is set.

    For a difference d of two arrays the expected square of each projection is |d|^2, so that agreeing projections mean
    agreeing arrays: sqrt(mean of squared differences of the projections) estimates the L2 norm of d.
    """
    flat = numpy.asarray(values, numpy.float64).reshape(-1)
    bits = splitmix64(PROJECTION_SEED, numpy.arange(flat.size))
    return [float(numpy.sum(numpy.where(bits >> numpy.uint64(k) & numpy.uint64(1), -flat, flat)))
            for k in range(PROJECTIONS)]


def digest(values):
    """What the references store of an array instead of the array."""
    flat = numpy.asarray(values, numpy.float64).reshape(-1)
    return {"shape": list(numpy.shape(values)), "l2": float(numpy.sqrt(numpy.sum(flat * flat))), "sum": float(numpy.sum(flat)),
            "samples": flat[sample_places(flat.size)].tolist(), "projections": projections(flat)}
