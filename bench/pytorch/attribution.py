"""PyTorch's side of `bench explain`: Captum's algorithms for Integrated Gradients and Occlusion, stated again on plain PyTorch.

    python3 attribution.py MODEL.onnx integrated-gradients|occlusion --input x.npy --tensor LOGITS --logit K [--steps 50] [--threads 2] [--runs 3] [--warmups 1] [--map a.npy]

As captum 0.8.0 does by default: Integrated Gradients expands the picture to all steps of a Gauss-Legendre rule in one batch (internal_batch_size=None),
takes autograd's gradient of the sum of the target's outputs with respect to it, and sums the weighted gradients times (x - baseline), baseline zero. (Captum
also evaluates the completeness delta on request only; so it is left out here.) Occlusion sets a 3 x 15 x 15 window, stride 8, to zero, one window a forward pass
(perturbations_per_eval=1), windows clipped at the border, and divides the summed differences by how often each pixel was covered; no gradients are kept. Weights are
frozen, which spares autograd their gradients. Prints one JSON line, as yardstick.py.
"""
import argparse
import json
import math
import time

from yardstick import blas_in_use, import_frameworks, peak_resident_bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("method", choices=["integrated-gradients", "occlusion"])
    parser.add_argument("--input", required=True)
    parser.add_argument("--tensor", help="the logits; the model's first output where absent")
    parser.add_argument("--logit", type=int, required=True)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--warmups", type=int, default=1)
    parser.add_argument("--map")
    options = parser.parse_args()
    numpy, torch, OnnxModule = import_frameworks()
    torch.set_num_threads(options.threads)
    network = OnnxModule(options.model, torch.float32, stop_at=options.tensor, inplace_relu=False)
    x = torch.from_numpy(numpy.load(options.input))
    baseline = torch.zeros_like(x)

    def score(batch):
        return network(batch).flatten(1)[:, options.logit]

    def integrated_gradients():
        nodes, weights = numpy.polynomial.legendre.leggauss(options.steps)
        nodes, weights = (1 + nodes) / 2, weights / 2
        scaled = torch.cat([baseline + a * (x - baseline) for a in nodes.tolist()]).float().requires_grad_()
        gradients = torch.autograd.grad(score(scaled).sum(), scaled)[0]
        total = (gradients.view(options.steps, -1) * torch.tensor(weights).float().view(-1, 1)).view(options.steps, *x.shape).sum(0)
        return total * (x - baseline)

    def occlusion():
        window, stride = 15, 8
        height, width = x.shape[2:]
        with torch.no_grad():
            whole = score(x)
            total, covered = torch.zeros_like(x), torch.zeros_like(x)
            for row in range(math.ceil((height - window) / stride) + 1):
                for column in range(math.ceil((width - window) / stride) + 1):
                    mask = torch.zeros_like(x)
                    mask[:, :, row * stride:row * stride + window, column * stride:column * stride + window] = 1
                    occluded = x * (1 - mask) + baseline * mask
                    total += (whole - score(occluded)) * mask
                    covered += mask
            return total / covered

    run = occlusion if options.method == "occlusion" else integrated_gradients
    result = None
    for _ in range(options.warmups):
        result = run()
    seconds, cpu = [], []
    for _ in range(options.runs):
        busy, start = time.process_time(), time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    peak = peak_resident_bytes()
    if options.map:
        numpy.save(options.map, result.numpy())
    print(json.dumps({"torch": torch.__version__, "blas": blas_in_use(), "threads": torch.get_num_threads(), "seconds": seconds, "cpu_seconds": cpu, "peak_rss_bytes": peak}))


if __name__ == "__main__":
    main()
