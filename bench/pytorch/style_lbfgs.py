"""PyTorch's side of the style benchmark: neural-style-pt's objective and optimiser, restated.

    python3 style_lbfgs.py MODEL.onnx --content c.npy --style s.npy [--evaluations 300] [--threads 2]

The inputs are the network's own, float32 [1,3,H,W]. Objective: content relu4_2 (5), style relu1_1 ... relu5_1 (100, Gram matrices over N M); no total variation, whose weight is
made for inputs of 0 to 255 and would drown everything else on a network of 0 to 1. Optimiser: torch.optim.LBFGS, step 1, no line search, history 100, tolerances -1, from the content, as ProGamerGov/neural-style-pt sets it.
Targets are taken without gradients. Prints one JSON line: the loss and the seconds of every evaluation; exit code 3 if PyTorch is not installed.
"""
import argparse
import json
import time

from yardstick import blas_in_use, import_frameworks, peak_resident_bytes

CONTENT, STYLE = "relu4_2", ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--content", required=True)
    parser.add_argument("--style", required=True)
    parser.add_argument("--evaluations", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    numpy, torch, OnnxModule = import_frameworks()
    torch.set_num_threads(options.threads)
    network = OnnxModule(options.model, torch.float32, inplace_relu=False)
    layers = [CONTENT, *STYLE]

    def gram(f):
        flat = f.reshape(f.shape[1], -1)
        return flat @ flat.T / f.numel()

    start = time.perf_counter()
    content, style = (torch.from_numpy(numpy.load(path)).contiguous() for path in (options.content, options.style))
    with torch.no_grad():
        target = network(content, CONTENT)
        targets = [gram(f) for f in network(style, *STYLE)]
    x = content.clone().requires_grad_()
    losses, seconds = [], []
    optimizer = torch.optim.LBFGS([x], lr=1, max_iter=options.evaluations, max_eval=options.evaluations, history_size=100, tolerance_grad=-1, tolerance_change=-1)

    def closure():
        optimizer.zero_grad()
        features = network(x, *layers)
        loss = 5 * ((features[0] - target) ** 2).mean()
        for f, a in zip(features[1:], targets):
            loss = loss + 100 * ((gram(f) - a) ** 2).mean()
        loss.backward()
        losses.append(float(loss))
        seconds.append(time.perf_counter() - start)
        return loss

    optimizer.step(closure)
    print(json.dumps({"torch": torch.__version__, "blas": blas_in_use(), "threads": torch.get_num_threads(), "losses": losses, "seconds": seconds,
                      "peak_rss_bytes": peak_resident_bytes()}))


if __name__ == "__main__":
    main()
