"""Tests of the training code on made-up data: `python3 -m unittest test_training`. No teacher, no picture is needed."""
import io
import json
import os
import tempfile
import unittest
import zipfile

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

import cards
import explained
import export
import pictures
from crops import Crops, _mirror
from onnx_torch import OnnxNetwork
from schedule import Budget, learning_rate
from student import Student
from train import Training

SMALL = {"stages": [[4, 1], [6, 2], [8, 1]], "embed": 10, "classes": 7}
CARD = {"name": "small", "notes": "", "output": {"logits": "logits"},
        "input": {"channels": "RGB", "range": [0, 1], "mean": [0.4, 0.5, 0.6], "std": [0.2, 0.3, 0.4]}}


def centred(logits):
    return logits - logits.mean(1, keepdim=True)


def seasoned(settings=SMALL):
    """A student whose normalisations have seen data, in evaluation mode."""
    torch.manual_seed(1)
    student = Student(settings)
    for norm in student.norms.values():
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(norm.bias)
    for _ in range(5):
        student(torch.randn(8, 3, 32, 32), ["logits"])
    return student.eval()


def one_node(folder, op, inputs, constants=(), **attributes):
    """A model of one node as a file."""
    node = helper.make_node(op, inputs, ["y"], **attributes)
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in inputs if n not in dict(constants)]
    graph = helper.make_graph([node], "g", values, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              [numpy_helper.from_array(v, n) for n, v in constants])
    path = os.path.join(folder, f"{op}.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), path)
    return path


class OperatorTests(unittest.TestCase):
    """The operators that torch does not have in ONNX's form, against loops written out from ONNX's definitions."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        torch.manual_seed(3)

    def run_one(self, x, op, inputs=("x",), constants=(), **attributes):
        network = OnnxNetwork(one_node(self.folder.name, op, list(inputs), constants, **attributes))
        return network(x, ["y"])["y"]

    def test_local_response_norm_sums_neighbouring_channels(self):
        for size in (3, 4, 5):
            x = torch.randn(2, 9, 3, 3)
            y = self.run_one(x, "LRN", size=size, alpha=0.3, beta=0.75, bias=1.5)
            for c in range(9):
                low, high = max(0, c - (size - 1) // 2), min(8, c + size // 2)
                squares = (x[:, low:high + 1] ** 2).sum(1)
                torch.testing.assert_close(y[:, c], x[:, c] / (1.5 + 0.3 / size * squares) ** 0.75)

    def test_max_pool_with_ceil_mode_keeps_the_last_partial_window(self):
        x = torch.randn(1, 2, 8, 8) - 5
        y = self.run_one(x, "MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        self.assertEqual(y.shape, (1, 2, 4, 4))
        torch.testing.assert_close(y[:, :, 3, 3], x[:, :, 6:, 6:].amax((2, 3)))

    def test_uneven_pads_fall_on_the_right_sides(self):
        x, w = torch.randn(1, 2, 6, 6), np.random.default_rng(0).normal(size=(3, 2, 3, 3)).astype(np.float32)
        y = self.run_one(x, "Conv", ("x", "w"), [("w", w)], kernel_shape=[3, 3], strides=[2, 2], pads=[0, 1, 1, 0])
        padded = torch.zeros(1, 2, 7, 7)
        padded[:, :, :6, 1:] = x
        torch.testing.assert_close(y, F.conv2d(padded, torch.from_numpy(w), stride=2))
        y = self.run_one(x - 9, "MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
        torch.testing.assert_close(y[:, :, 2, 2], (x - 9)[:, :, 4:, 4:].amax((2, 3)))

    def test_reflecting_pad_mirrors_without_repeating_the_edge(self):
        pads = np.array([0, 0, 1, 2, 0, 0, 0, 1], np.int64)
        x = torch.randn(1, 1, 4, 5)
        y = self.run_one(x, "Pad", ("x", "pads"), [("pads", pads)], mode="reflect")
        expected = np.pad(x.numpy(), ((0, 0), (0, 0), (1, 0), (2, 1)), mode="reflect")
        np.testing.assert_array_equal(y.numpy(), expected)

    def test_an_unknown_operator_is_refused_by_name(self):
        with self.assertRaisesRegex(NotImplementedError, "Erf"):
            self.run_one(torch.zeros(1), "Erf")


class StudentTests(unittest.TestCase):
    def test_the_exported_network_answers_as_the_trained_one(self):
        student = seasoned()
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            path = os.path.join(folder, "s.onnx")
            export.write(path, student, CARD)
            self.assertEqual(os.listdir(folder), ["s.onnx"])
            network = OnnxNetwork(path)
            self.assertEqual(cards.parse(network.card), CARD)
            x = torch.randn(3, 3, 40, 24)
            tensors = [name for name, *_ in student.layers()] + ["logits"]
            ours, theirs = student(x, tensors), network(x, tensors)
            ours["logits"] = centred(ours["logits"])  # the exported ones are, which changes no probability
            self.assertLess(theirs["logits"].sum(1).abs().max(), 1e-2)
            for name in tensors:  # float16 weights: three digits
                self.assertLess((ours[name] - theirs[name]).norm() / ours[name].norm(), 3e-3, name)

    def test_training_goes_on_from_an_exported_network_where_that_one_is(self):
        first, second = seasoned(), Student(SMALL)
        x = torch.randn(16, 3, 32, 32)
        second.start_from(first.folded(), x)
        with torch.no_grad():
            wanted = first(x, ["relu3_1", "logits"])
            wanted["logits"] = centred(wanted["logits"])
            for mode in (True, False):  # on its own batch and with running statistics alike
                got = second.train(mode)(x, ["relu3_1", "logits"])
                for name in wanted:
                    torch.testing.assert_close(got[name], wanted[name], rtol=1e-3, atol=1e-4)

    def test_a_network_of_another_shape_is_refused(self):
        wider = Student({**SMALL, "stages": [[5, 1], [6, 2], [8, 1]]})
        with self.assertRaisesRegex(ValueError, "conv1_1"):
            wider.start_from(seasoned().folded(), torch.randn(2, 3, 16, 16))


class PictureTests(unittest.TestCase):
    def test_split_is_disjoint_and_whole_and_ignores_the_order(self):
        names = [f"{i:04}_n{i:08}_thing.jpg" for i in range(995)] + ["0995_n02123045_tabby.jpg"]
        names += [f"{i:04}_paint.jpg" for i in range(996, 1127)]
        trained, held_out = pictures.split(names)
        self.assertEqual((len(trained), len(held_out)), (896, 231))
        self.assertEqual(sorted(trained + held_out), names)
        self.assertIn("0995_n02123045_tabby.jpg", held_out)
        self.assertFalse([n for n in trained if "paint" in n])
        self.assertLess(set(pictures.unseen_by_all(names)), set(held_out))
        self.assertEqual(pictures.split(names[::-1]), (trained, held_out))

    def test_views_show_the_picture_they_were_cut_from(self):
        with tempfile.TemporaryDirectory() as folder:
            bank = pictures.PictureBank(archive(folder), ["0000_a.png"], 64, torch.device("cpu"))
        plain = dict.fromkeys(("rotation", "gain", "saturation", "grey", "contrast", "brightness", "invert", "mixup",
                               "cutmix", "noise"), 0.0)
        crops = Crops(bank, {**plain, "area": [1.0, 1.0], "aspect": 1.0}, torch.Generator().manual_seed(5))
        whole = bank.canvas[0, :, :40, :40].float() / 255
        for view in crops.batch(8, 40):
            error = min((view - whole).abs().max(), (view - whole.flip(2)).abs().max())
            self.assertLess(error, 1e-4)

    def test_mirrored_coordinates_stay_on_the_picture(self):
        x = _mirror(torch.linspace(-30, 60, 500), torch.tensor(12.0))
        self.assertTrue(((x >= 0.5) & (x <= 11.5)).all())
        torch.testing.assert_close(_mirror(torch.tensor([-0.5, 12.5]), torch.tensor(12.0)), torch.tensor([1.5, 10.5]))


class MeasureTests(unittest.TestCase):
    def test_unexplained_share_is_what_noise_leaves(self):
        torch.manual_seed(7)
        x, mix = torch.randn(20000, 6), torch.randn(6, 4)
        signal = x @ mix
        y = signal + 0.5 * signal.std(0) * torch.randn(20000, 4) + 3
        reading, unexplained = explained.LinearReading(), explained.Unexplained()
        reading.add(x[:10000], y[:10000])
        reading.solve()
        unexplained.add(reading.read(x[10000:]), y[10000:])
        self.assertAlmostEqual(unexplained.share(), 0.25 / 1.25, delta=0.01)

    def test_learning_rate_rises_then_falls(self):
        rates = [learning_rate(1.0, p / 100) for p in range(101)]
        self.assertEqual(max(rates), rates[3])
        self.assertTrue(all(a > b for a, b in zip(rates[3:], rates[4:])))
        with self.assertRaises(ValueError):
            Budget({"seconds": 1, "pictures": 1})


class ResumeTests(unittest.TestCase):
    def test_a_training_cut_in_two_makes_the_same_network(self):
        with tempfile.TemporaryDirectory() as folder:
            recipe, files, pack = small_recipe(), small_teachers(folder), archive(folder)

            def trained(out, cuts):
                os.makedirs(out)
                for steps in cuts:
                    training = Training(recipe, files, pack, out, torch.device("cpu"))
                    for _ in range(steps):
                        training.step()
                    training.save()
                return training
            whole, cut = trained(folder + "/a", [4]), trained(folder + "/b", [1, 3])
            self.assertEqual(cut.budget.pictures, 16)
            for name, value in whole.averaged.state_dict().items():
                self.assertTrue(torch.equal(value, cut.averaged.state_dict()[name]), name)
            card = cards.parse(OnnxNetwork(folder + "/a/reverie-s.onnx").card)
            self.assertIn("16 crops", card["notes"])


class PrecisionTests(unittest.TestCase):
    def test_half_precision_starts_with_the_same_losses(self):
        """The types of the GPU's path, tried on the CPU: bfloat16 has three digits."""
        with tempfile.TemporaryDirectory() as folder:
            files, pack, losses = small_teachers(folder), archive(folder), []
            for half in (False, True):
                training = Training(small_recipe(), files, pack, folder, torch.device("cpu"), half)
                losses.append({name: float(value) for name, value in training.step().items()})
                self.assertTrue(all(p.dtype == torch.float32 for p in training.student.parameters()))
            for name, value in losses[0].items():
                self.assertAlmostEqual(losses[1][name], value, delta=0.05 * abs(value), msg=name)


def archive(folder):
    """A zip of small pictures, of which those named n... are trained on."""
    path = os.path.join(folder, "pictures.zip")
    noise = np.random.default_rng(2)
    with zipfile.ZipFile(path, "w") as z:
        for name in ["0000_a.png"] + [f"{i:04}_n{i:08}_x.png" for i in range(1, 20)]:
            stream = io.BytesIO()
            Image.fromarray(noise.integers(0, 255, (40, 40, 3), np.uint8)).save(stream, "png")
            z.writestr(name, stream.getvalue())
    return path


def small_teachers(folder):
    """Two untrained networks of the student's own kind, standing in for the teachers."""
    files = {}
    for name in ("googlenet", "vgg"):
        files[name] = os.path.join(folder, name + ".onnx")
        export.write(files[name], seasoned(), CARD)
    return files


def small_recipe():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "recipe.json"), encoding="utf-8") as f:
        recipe = json.load(f)
    recipe.update(student=SMALL, sizes=[16, 24], batch=4, budget={"pictures": 64}, card=CARD, matches=[
        {"teacher": "vgg:relu1_1", "layer": "relu1_1", "weight": 1},
        {"teacher": "googlenet:relu3_1", "layer": "relu3_1", "weight": 1}])
    return recipe


if __name__ == "__main__":
    unittest.main()
