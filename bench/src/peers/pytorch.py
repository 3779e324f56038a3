# PyTorch on the processor, as its users write it. Reads the problem from a folder, then obeys one line at a time.
# sys.argv[1]: the folder, with problem.json and arrays as raw little-endian float32.
import json
import sys

import numpy
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, linear, relu

folder = sys.argv[1]
with open(f"{folder}/problem.json") as file:
    problem = json.load(file)


def array(name, *shape):
    return torch.from_numpy(numpy.fromfile(f"{folder}/{name}", dtype=numpy.float32).reshape(shape))


D = problem["inputs"]
layers = []
for l, (inputs, outputs) in enumerate(problem["layers"]):
    weights = array(f"weights{l}", inputs, outputs).t().contiguous().requires_grad_()
    mask = array(f"mask{l}", inputs, outputs).t().contiguous()
    bias = array(f"bias{l}", outputs).requires_grad_()
    layers.append((weights, mask, bias))
training = array("training", -1, D)
evaluation = array("evaluation", -1, D)
uniforms = array("uniforms", -1, D)
batches = training.split(problem["batch"])
adam = problem["adam"]
optimizer = torch.optim.Adam(
    [parameter for weights, _, bias in layers for parameter in (weights, bias)],
    lr=adam["learningRate"],
    betas=(adam["beta1"], adam["beta2"]),
    eps=adam["epsilon"],
)
step = 0


def masked():
    return [(weights * mask, bias) for weights, mask, bias in layers]


def logits(x, net):
    for l, (weights, bias) in enumerate(net):
        x = linear(x, weights, bias)
        if l < len(net) - 1:
            x = relu(x)
    return x


def nll(x):
    return binary_cross_entropy_with_logits(logits(x, masked()), x, reduction="none").sum(1)


def train(steps):
    global step
    for _ in range(steps):
        x = batches[step % len(batches)]
        step += 1
        optimizer.zero_grad()
        nll(x).mean().backward()
        optimizer.step()


@torch.no_grad()
def evaluate(_):
    return nll(evaluation)


@torch.no_grad()
def sample(positions):
    net = masked()  # once: weights stay as they are while samples are drawn
    x = torch.zeros_like(uniforms)
    for d in problem["order"][:positions]:
        p = torch.sigmoid(logits(x, net)[:, d])
        x[:, d] = (uniforms[:, d] < p).float()
    return x


commands = {"train": train, "evaluate": evaluate, "sample": sample}
print(f"torch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
for line in sys.stdin:
    name, number = line.split()
    result = commands[name](int(number))
    if result is not None:
        result.numpy().astype(numpy.float32).tofile(f"{folder}/result")
    print("done", flush=True)
