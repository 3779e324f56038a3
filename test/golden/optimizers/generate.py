"""Writes golden.json: a small MADE trained for five steps by every optimiser, in NumPy float64.

The optimisers are written from the pseudocode in PyTorch's documentation (torch.optim.Adam, AdamW, SGD, Adagrad and
Adadelta) with PyTorch's names for their arguments. Nothing here comes from this project's code. Before anything is
written, the gradients are compared with central differences.

    python3 test/golden/optimizers/generate.py
"""

import json
import pathlib

import numpy as np

D, HIDDEN, ROWS, STEPS, MASKS = 5, [6, 4], 7, 5, 3
rng = np.random.default_rng(20150706)


def draw_mask():
    ordering = rng.permutation(D) + 1
    degrees, lowest = [], 1
    for units in HIDDEN:
        degrees.append(rng.integers(lowest, D, size=units))
        lowest = degrees[-1].min()
    below, matrices = ordering, {}
    for layer, m in enumerate(degrees, 1):
        matrices[f"W{layer}"] = (m[:, None] >= below[None, :]).astype(float)
        below = m
    matrices["V"] = (ordering[:, None] > below[None, :]).astype(float)
    return {"ordering": ordering, "degrees": degrees, "matrices": matrices}


def draw_parameters():
    shapes, below = {}, D
    for layer, units in enumerate(HIDDEN, 1):
        shapes[f"W{layer}"], shapes[f"b{layer}"], below = (units, below), (units,), units
    shapes |= {"V": (D, below), "c": (D,)}
    shapes |= {f"U{name.removeprefix('W')}": shape for name, shape in shapes.items() if name[0] in "WV"}
    # Exact in float32, so that everyone begins at the same values.
    return {name: rng.uniform(-1, 1, shape).astype(np.float32).astype(float) for name, shape in shapes.items()}


def loss_and_gradients(p, matrices, x):
    """Mean of −log p(x) over the rows, and its gradients; tanh units.

    Where p has connectivity weights U, every layer also sees (U ⊙ M) 1 (section 4.2 of the paper).
    """
    seen = {name: (p[name] * matrices[name]) for name in matrices}
    ones = {name: 0 for name in matrices}
    if "UV" in p:
        ones = {name: (p[f"U{name.removeprefix('W')}"] * M).sum(axis=1) for name, M in matrices.items()}
    h = [x]
    for layer in range(1, len(HIDDEN) + 1):
        h.append(np.tanh(p[f"b{layer}"] + ones[f"W{layer}"] + h[-1] @ seen[f"W{layer}"].T))
    z = p["c"] + ones["V"] + h[-1] @ seen["V"].T
    loss = (np.logaddexp(0, z) - x * z).sum(axis=1).mean()
    delta = (1 / (1 + np.exp(-z)) - x) / len(x)
    g = {"V": delta.T @ h[-1] * matrices["V"], "c": delta.sum(axis=0)}
    if "UV" in p:
        g["UV"] = delta.sum(axis=0)[:, None] * matrices["V"]
    above = "V"
    for layer in range(len(HIDDEN), 0, -1):
        delta = (delta @ (p[above] * matrices[above])) * (1 - h[layer] ** 2)
        above = f"W{layer}"
        g[above], g[f"b{layer}"] = delta.T @ h[layer - 1] * matrices[above], delta.sum(axis=0)
        if "UV" in p:
            g[f"U{layer}"] = delta.sum(axis=0)[:, None] * matrices[above]
    return loss, g


def check_gradients(p, matrices, x, eps=1e-6):
    _, g = loss_and_gradients(p, matrices, x)
    for name, value in p.items():
        for i in np.ndindex(value.shape):
            kept = value[i]
            value[i] = kept + eps
            above, _ = loss_and_gradients(p, matrices, x)
            value[i] = kept - eps
            below, _ = loss_and_gradients(p, matrices, x)
            value[i] = kept
            assert abs(g[name][i] - (above - below) / (2 * eps)) < 1e-8, (name, i)


def adam(theta, g, state, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled=False):
    if decoupled:
        theta = theta - lr * weight_decay * theta
    elif weight_decay != 0:
        g = g + weight_decay * theta
    m = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    v = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    state |= {"m": m, "v": v}
    return theta - lr * (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)


def adamw(theta, g, state, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
    return adam(theta, g, state, t, lr, betas, eps, weight_decay, decoupled=True)


def sgd(theta, g, state, t, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    if weight_decay != 0:
        g = g + weight_decay * theta
    if momentum != 0:
        state["b"] = momentum * state["b"] + (1 - dampening) * g if t > 1 else g
        g = g + momentum * state["b"] if nesterov else state["b"]
    return theta - lr * g


def adagrad(theta, g, state, t, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
    rate = lr / (1 + (t - 1) * lr_decay)
    if weight_decay != 0:
        g = g + weight_decay * theta
    state["sum"] = state.get("sum", initial_accumulator_value) + g**2
    return theta - rate * g / (np.sqrt(state["sum"]) + eps)


def adadelta(theta, g, state, t, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
    if weight_decay != 0:
        g = g + weight_decay * theta
    v = rho * state.get("v", 0) + (1 - rho) * g**2
    u = state.get("u", np.zeros_like(g))
    dx = np.sqrt(u + eps) / np.sqrt(v + eps) * g
    state |= {"v": v, "u": rho * u + (1 - rho) * dx**2}
    return theta - lr * dx


# (number of masks, optimiser, arguments that are not PyTorch's defaults[, with connectivity weights])
CASES = [
    (3, adam, {"lr": 0.02, "weight_decay": 0.1}),
    (3, adamw, {"lr": 0.02}),
    (1, adamw, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.3}),
    (3, sgd, {}),
    (3, sgd, {"lr": 0.1, "momentum": 0.9}),
    (1, sgd, {"lr": 0.1, "momentum": 0.9, "dampening": 0.4, "weight_decay": 0.05}),
    (3, sgd, {"lr": 0.1, "momentum": 0.7, "nesterov": True, "weight_decay": 0.05}),
    (1, sgd, {"lr": 0.1, "momentum": 0.7, "nesterov": True}),
    (3, adagrad, {}),
    (3, adagrad, {"lr": 0.3, "lr_decay": 0.5, "initial_accumulator_value": 0.2, "eps": 1e-3}),
    (3, adagrad, {"lr": 0.1, "initial_accumulator_value": 0.1, "weight_decay": 0.2}),
    (3, adadelta, {}),
    (1, adadelta, {"rho": 0.95, "eps": 1e-5}),
    (3, adadelta, {"lr": 0.5, "rho": 0.6, "eps": 1e-3, "weight_decay": 0.1}),
    (3, adam, {"lr": 0.02}, True),
    (1, sgd, {"lr": 0.1, "momentum": 0.9}, True),
]

OUR_NAMES = {
    "lr": "learningRate",
    "eps": "epsilon",
    "weight_decay": "weightDecay",
    "lr_decay": "learningRateDecay",
    "initial_accumulator_value": "initialAccumulatorValue",
}


def our_options(rule, arguments):
    options = {"name": rule.__name__}
    for name, value in arguments.items():
        if name == "betas":
            options |= {"beta1": value[0], "beta2": value[1]}
        else:
            options[OUR_NAMES.get(name, name)] = value
    return options


def plain(values):
    return {name: value.ravel().tolist() for name, value in values.items()}


masks = [draw_mask() for _ in range(MASKS)]
initial = draw_parameters()
x = rng.integers(0, 2, size=(ROWS, D)).astype(float)
for mask in masks:
    check_gradients({name: value.copy() for name, value in initial.items()}, mask["matrices"], x)

cases = []
for count, rule, arguments, *conditioned in CASES:
    p = {name: value for name, value in initial.items() if conditioned or name[0] != "U"}
    states, losses = {name: {} for name in p}, []
    for t in range(1, STEPS + 1):
        loss, g = loss_and_gradients(p, masks[(t - 1) % count]["matrices"], x)
        losses.append(loss)
        p = {name: rule(value, g[name], states[name], t, **arguments) for name, value in p.items()}
    options = our_options(rule, arguments)
    case = {"masks": count, "conditionOnMask": bool(conditioned), "optimizer": options}
    cases.append(case | {"nllBeforeStep": losses, "parametersAfter": plain(p)})

golden = {
    "config": {"inputs": D, "hidden": HIDDEN, "activation": "tanh"},
    "masks": [{"ordering": m["ordering"].tolist(), "degrees": [d.tolist() for d in m["degrees"]]} for m in masks],
    "parameters": plain(initial),
    "rows": x.astype(int).tolist(),
    "steps": STEPS,
    "cases": cases,
}
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(f"{path}: {len(cases)} cases, {path.stat().st_size} bytes")
