"""PyTorch's side of the benchmark: times forward + gradient to the input of one tensor of an ONNX network, in eager mode.

    python3 yardstick.py MODEL.onnx --target TENSOR | --logit K  --input x.npy [--threads 2] [--runs 5] [--warmups 1]
                         [--gradient g.npy] [--inplace-relu] [--dream-low L,L,L --dream-high H,H,H]

The objective is 1/2 sum a^2 of TENSOR, or the K-th element of each item's output. Weights are frozen, so autograd computes
nothing for them, and the graph ends at the target. With --dream-low and --dream-high, what is timed is a step of Google's
notebook of 2015: a random shift of up to 32 pixels, the gradient, a step of 1.5 over its mean magnitude (in units of 1/255 of
the range), the shift back, clipping. Prints one JSON line; exit code 3 if PyTorch is not installed, 2 for bad
arguments.
"""
import argparse
import json
import pathlib
import sys
import time

BAD_INPUT, MISSING = 2, 3


def import_frameworks():
    try:
        import numpy
        import onnx  # noqa: F401
        import torch
    except ImportError as error:
        print(f"not installed: {error.name} (Debian: apt install python3-torch python3-onnx libopenblas0-pthread)", file=sys.stderr)
        sys.exit(MISSING)
    references = pathlib.Path(__file__).resolve().parents[2] / "tests" / "references"
    sys.path.insert(0, str(references))
    from onnx_torch import OnnxModule
    return numpy, torch, OnnxModule


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--target", metavar="TENSOR", help="objective 1/2 sum a^2 of this tensor")
    target.add_argument("--logit", type=int, metavar="K", help="objective: element K of each item of the model's first output")
    parser.add_argument("--input", required=True, help=".npy, float32 [N,C,H,W]")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--warmups", type=int, default=1)
    parser.add_argument("--gradient", help="where to write the gradient (.npy)")
    parser.add_argument("--inplace-relu", action="store_true", help="ReLU overwrites its input where nothing else reads it")
    floats = lambda text: [float(value) for value in text.split(",")]
    parser.add_argument("--dream-low", type=floats, help="black in each channel")
    parser.add_argument("--dream-high", type=floats, help="full intensity in each channel")
    parser.add_argument("--name", default="")
    found = parser.parse_args()
    if found.runs < 1 or found.warmups < 0 or found.threads < 1:
        parser.error("--runs and --threads must be at least 1, --warmups at least 0")
    if (found.dream_low is None) != (found.dream_high is None):
        parser.error("--dream-low and --dream-high belong together")
    return found


def peak_resident_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def blas_in_use():
    """The BLAS library that is really loaded; Debian chooses it by alternatives."""
    with open("/proc/self/maps") as maps:
        return ", ".join(sorted({line.split("/")[-1].strip() for line in maps if "blas" in line}))


def main():
    options = arguments()
    numpy, torch, OnnxModule = import_frameworks()
    torch.set_num_threads(options.threads)
    network = OnnxModule(options.model, torch.float32, stop_at=options.target, inplace_relu=options.inplace_relu)
    x = numpy.load(options.input)
    if x.dtype != numpy.float32 or x.ndim != 4:
        print(f"{options.input} holds {x.dtype} {list(x.shape)}, not float32 [N,C,H,W]", file=sys.stderr)
        sys.exit(BAD_INPUT)
    x = torch.from_numpy(x).requires_grad_()

    def step():
        x.grad = None
        y = network(x)
        objective = 0.5 * (y * y).sum() if options.target else y.flatten(1)[:, options.logit].sum()
        objective.backward()

    def dream_step():
        nonlocal x
        with torch.no_grad():
            dx, dy = (int(shift) for shift in numpy.random.randint(-32, 33, 2))
            x = torch.roll(x, (dy, dx), (2, 3)).requires_grad_()
        step()
        with torch.no_grad():
            moved = x + rate / x.grad.abs().mean() * x.grad
            x = torch.minimum(torch.maximum(torch.roll(moved, (-dy, -dx), (2, 3)), low), high)

    if options.dream_low:
        low, high = (torch.tensor(bounds).view(1, -1, 1, 1) for bounds in (options.dream_low, options.dream_high))
        rate = 1.5 / 255 * (high - low).mean()
    run = dream_step if options.dream_low else step
    for _ in range(options.warmups):
        run()
    seconds, cpu = [], []
    for _ in range(options.runs):
        busy, start = time.process_time(), time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    peak = peak_resident_bytes()  # before the gradient is written out
    if options.gradient and not options.dream_low:
        numpy.save(options.gradient, x.grad.numpy())
    print(json.dumps({
        "name": options.name or f"{pathlib.Path(options.model).stem} {options.target or options.logit}",
        "torch": torch.__version__, "blas": blas_in_use(), "threads": torch.get_num_threads(), "seconds": seconds, "cpu_seconds": cpu,
        "median": float(numpy.median(seconds)), "min": min(seconds), "peak_rss_bytes": peak}))


if __name__ == "__main__":
    main()
