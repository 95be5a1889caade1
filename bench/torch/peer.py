"""PyTorch as a contender of the benchmark: does what it is told line by line, in JSON, and answers each line with one.

  {"make": 1, "loss": "zmse", "parameters": {"threshold": 3}, "shape": [1024], "files": [first, second], "compiled": true}
  {"verify": 1, "into": file}    one step; its gradient goes to the file    -> {"loss": 0.25}
  {"run": 1, "steps": 100}       CUDA events take the time where there are any -> {"milliseconds": 12.5}
  {"drop": 1}

Files hold little-endian float32, labels int32. The first argument is the device: cpu or cuda.
"""

import json
import sys
from time import perf_counter

import torch
from losses import LOSSES

DEVICE = sys.argv[1]
ON_GPU = DEVICE == "cuda"

# What the first run of a form takes is no part of any time: it compiles, and graphs are captured in the next ones.
WARM_UP = 4


def load(file, dtype):
    return torch.frombuffer(bytearray(open(file, "rb").read()), dtype=dtype)


def finish():
    if ON_GPU:
        torch.cuda.synchronize()


def modes():
    return ["default", "reduce-overhead"] if ON_GPU else ["default"]


class Contender:
    """One loss for one set of inputs, eager or in its fastest compiled form."""

    def __init__(self, loss, parameters, shape, files, compiled):
        first = load(files[0], torch.float32).reshape(shape)
        second = load(files[1], torch.float32 if loss == "zmse" else torch.int32)
        self.first = first.to(DEVICE).requires_grad_()
        self.second = (second if loss == "zmse" else second.long()).to(DEVICE)
        by_autograd, by_hand = LOSSES[loss](**parameters)
        self.form = by_autograd
        if compiled:
            # Which of them is the fastest depends on the device and on the shape. By hand nothing is differentiated.
            plain = torch.no_grad()(by_hand)
            forms = [torch.compile(form, mode=mode) for form in (by_autograd, plain) for mode in modes()]
            self.form = min(forms, key=self.time_of)

    def time_of(self, form):
        self.form = form
        self.run(WARM_UP)
        return min(self.run(3) for _ in range(3))

    def run(self, steps):
        """Milliseconds."""
        if ON_GPU:
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
        else:
            start = perf_counter()
        for _ in range(steps):
            self.form(self.first, self.second)
        if ON_GPU:
            end.record()
        finish()
        return start.elapsed_time(end) if ON_GPU else 1000 * (perf_counter() - start)

    def verify(self, into):
        loss, gradient = self.form(self.first, self.second)
        gradient.detach().cpu().contiguous().numpy().tofile(into)
        return loss.item()


contenders = {}


def obey(order):
    if "make" in order:
        given = {key: value for key, value in order.items() if key != "make"}
        contenders[order["make"]] = Contender(**given)
        return {}
    if "verify" in order:
        return {"loss": contenders[order["verify"]].verify(order["into"])}
    if "run" in order:
        took = contenders[order["run"]].run(order["steps"])
        return {"milliseconds": took} if ON_GPU else {}
    del contenders[order["drop"]]
    return {}


def answer(line):
    try:
        return obey(json.loads(line))
    except Exception as error:  # whatever it is, the benchmark has to hear of it and goes on without
        return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps({"torch": torch.__version__, "device": torch.cuda.get_device_name() if ON_GPU else "cpu"}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
