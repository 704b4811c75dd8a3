"""One update of a network, with every array on the way."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import ConvlabError
from convlab.insight.layer_lines import Values, given_to, lines_of
from convlab.insight.memory import arrays_remembered, size_text
from convlab.insight.optimizer_lines import update_lines
from convlab.nn.functions import log_softmax
from convlab.nn.layers.convolution import Convolution
from convlab.nn.network import Network, as_images
from convlab.nn.optimizer import Optimizer
from convlab.nn.types import Array, Labels
from convlab.wording import counted

MOST_BYTES = 2**30  # that the arrays of a step may take together

LOSS_LINES = """\
shifted = scores - scores.max(axis=1, keepdims=True)
log_y = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
y = np.exp(log_y)
loss = -log_y[np.arange(len(t)), t].mean()"""
SOFTMAX_LINES = """\
dout = y.copy()
dout[np.arange(len(t)), t] -= 1
dout /= len(t)"""

Report = Callable[[int, int, object], None]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One thing that is computed: ``code`` makes of what is ``given`` what is ``made``.

    ``phase`` is Forward, Loss, Backward, Update or Result; ``name`` the layer or the parameter.
    """

    phase: str
    name: str
    about: str
    code: str
    given: Values = field(default_factory=dict)
    made: Values = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Such as ``Forward: Conv1``."""
        return f"{self.phase}: {self.name}" if self.name else self.phase

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What there is to see, in order."""
        both = {**self.given, **self.made}
        return {name: value for name, value in both.items() if isinstance(value, np.ndarray)}

    @property
    def numbers(self) -> dict[str, Any]:
        """The settings in the code, such as the stride."""
        kinds = (int, float, np.dtype)
        return {name: value for name, value in self.given.items() if isinstance(value, kinds)}


@dataclass(frozen=True, slots=True, eq=False)
class OneStep:
    """An update and its stages; ``network`` and ``optimizer`` are as they are after it.

    ``loss_learned`` is the loss of the batch as the step takes it, with what ``in_training`` names
    (such as dropout); the other two are read as in tests, without that.
    """

    stages: tuple[Stage, ...]
    loss_learned: float
    loss_before: float
    loss_after: float
    network: Network
    optimizer: Optimizer
    in_training: str = ""


def step_bytes(network: Network, optimizer: Optimizer, images: int) -> int:
    """Return about how many bytes the arrays of a step on so many images take together."""
    per_image = 0
    for layer in network.layer_shapes:
        output, inputs = int(np.prod(layer.output_shape)), int(np.prod(layer.input_shape))
        weights = layer.parameter_shapes.get("W", ())
        columns = 0
        if len(weights) == 4:
            places = layer.output_shape[1] * layer.output_shape[2]
            columns = 2 * places * int(np.prod(weights[1:])) + output
        per_image += 2 * output + inputs + columns
    # Before and after, in the stages and in networks, the gradient, the step, and old and new
    # arrays of the optimizer.
    copies = 5 + 2 * (len(optimizer.state) or arrays_remembered(optimizer))
    parameters = sum(array.size for array in network.params.values())
    return network.dtype.itemsize * (per_image * images + copies * parameters)


def check_size(network: Network, optimizer: Optimizer, images: int) -> None:
    """Raise :class:`ConvlabError` if the arrays of a step on so many images were too large."""
    wanted = step_bytes(network, optimizer, images)
    if wanted > MOST_BYTES:
        fixed = step_bytes(network, optimizer, 0)
        most = max(0, MOST_BYTES - fixed) * images // (wanted - fixed)
        advice = f"use at most {most}" if most else "choose a smaller network"
        raise ConvlabError(
            f"The arrays of a step on {counted(images, 'image')} of this network would take "
            f"{size_text(wanted)} of memory; {advice}."
        )


def take_step(
    network: Network,
    optimizer: Optimizer,
    x: NDArray[Any],
    t: Labels,
    report: Report = lambda done, total, seen: None,
) -> OneStep:
    """Make one update on images x (N, C, H, W), uint8 pixels, with labels t (N,).

    It is made on ``network`` and a copy of ``optimizer``: let ``network`` be a copy, too.
    Dropout draws what it leaves out anew, as in training. ``report`` is told of every stage.
    """
    check_size(network, optimizer, len(x))
    before = network.copy()
    total = 2 * len(network.layers) + 3
    stages: list[Stage] = []
    traces: dict[str, Values] = {}

    def add(stage: Stage) -> None:
        stages.append(stage)
        report(min(len(stages), total), total, None)

    scores = _forward(network, x, traces, add)
    dout = _loss(network, scores, t, add)
    gradients = _backward(network, dout, traces, add)
    stepped, after = network.copy(), deepcopy(optimizer)
    after.update(stepped.params, gradients)
    for name in gradients:
        if not name.startswith("running"):  # averages, which no gradient changes
            add(_update(optimizer, after, name, network.params[name], gradients[name], stepped))
    result = _result(before, stepped, x, t)
    add(result)
    loss_before, loss_after = (float(result.made[f"loss_{when}"]) for when in ("before", "after"))
    learned = next(float(stage.made["loss"]) for stage in stages if stage.phase == "Loss")
    in_training = _only_in_training(network)
    return OneStep(tuple(stages), learned, loss_before, loss_after, stepped, after, in_training)


def _only_in_training(network: Network) -> str:
    """Return in words what a network does otherwise in training than in tests."""
    kinds = {shape.kind for shape in network.layer_shapes}
    words = {"Dropout": "dropout", "BatchNormalization": "the averages of the batch"}
    return " and ".join(word for kind, word in words.items() if kind in kinds)


def _forward(
    network: Network, x: NDArray[Any], traces: dict[str, Values], add: Callable[[Stage], None]
) -> Array:
    images = as_images(x, network.input_dim)
    out: Array = images.astype(network.dtype) / network.dtype.type(255)
    code = "x = images.astype(dtype) / 255"
    about = "Pixels from 0 to 255 become numbers from 0 to 1."
    add(Stage("Batch", "", about, code, {"images": images, "dtype": network.dtype}, {"x": out}))
    for name, settings in network.layer_settings:
        layer: Any = network.layers[name]
        lines = lines_of(layer)
        given = {"x": out, **given_to(layer, settings.parameters)}
        out = layer.forward(out, **({"train_flg": True} if settings.has_train_flg else {}))
        kept = lines.kept(layer, given["x"])
        if hasattr(layer, "mask"):
            given["mask"] = layer.mask
        if "layer." in lines.forward:
            given["layer"] = layer
        traces[name] = given | kept | {"out": out}
        about = "The layer's input x becomes its output out."
        add(Stage("Forward", name, about, lines.forward, given, {**kept, "out": out}))
    return out


def _loss(network: Network, scores: Array, t: Labels, add: Callable[[Stage], None]) -> Array:
    loss = network.last_layer.forward(scores, t)
    y = network.last_layer.y
    made = {"log_y": log_softmax(scores), "y": y, "loss": np.array(loss)}
    about = "Scores become probabilities y; the loss is small where the right ones are large."
    add(Stage("Loss", "", about, LOSS_LINES, {"scores": scores, "t": t}, made))
    dout = network.last_layer.backward()
    about = "How the loss grows with each score: the probability, less 1 for the right class."
    add(Stage("Backward", "Softmax", about, SOFTMAX_LINES, {"y": y, "t": t}, {"dout": dout}))
    return dout


def _backward(
    network: Network, dout: Array, traces: dict[str, Values], add: Callable[[Stage], None]
) -> dict[str, Array]:
    names = list(network.layers)
    gradients: dict[str, dict[str, Array]] = {}
    settings_of = dict(network.layer_settings)
    for name in reversed(names):
        layer: Any = network.layers[name]
        lines, parameters = lines_of(layer), settings_of[name].parameters
        is_first = name == names[0] and isinstance(layer, Convolution)
        code = "\n".join(filter(None, (lines.backward, "" if is_first else lines.backward_x)))
        given = {"dout": dout, **_used(traces[name], code)}
        dx = layer.backward_params(dout) if is_first else layer.backward(dout)
        gradients[name] = {key: getattr(layer, f"d{key}") for key in parameters}
        made = lines.passed(layer, dout)
        made |= {f"d{key}": gradient for key, gradient in gradients[name].items()}
        made = {key: value for key, value in made.items() if key in code}
        if not is_first:
            made["dx"] = dx
        add(Stage("Backward", name, _about_backward(bool(parameters)), code, given, made))
        dout = dx
    numbered = (name for name in names if settings_of[name].parameters)
    return {
        f"{key}{number}": gradient
        for number, name in enumerate(numbered, start=1)
        for key, gradient in gradients[name].items()
    }


def _about_backward(has_parameters: bool) -> str:
    if has_parameters:
        return "dout says how the loss grows with the output; from it follow the gradients."
    return "dout says how the loss grows with the output, dx how it grows with the input."


def _used(values: Values, code: str) -> Values:
    """Return the values whose names stand in the lines."""
    words = set("".join(c if c.isalnum() or c == "_" else " " for c in code).split())
    return {name: value for name, value in values.items() if name in words}


def _update(
    optimizer: Optimizer, after: Optimizer, name: str, old: Array, grad: Array, stepped: Network
) -> Stage:
    key = name.rstrip("0123456789")
    lines = update_lines(after, name)
    new = stepped.params[name]
    given: Values = {key: old, f"d{key}": grad, **lines.numbers}
    made: Values = {}
    for kind, kept in after.state.items():
        given[kind] = optimizer.state.get(kind, {}).get(name, np.zeros_like(old))
        made[f"{kind}_new"] = kept[name]
    if "optimizer." in lines.text:
        given["optimizer"] = deepcopy(optimizer)
    made |= {f"{key}_new": new, "step": new - old}
    about = f"{type(after).__name__} changes {name} by the step."
    return Stage("Update", name, about, lines.text, given, made)


def _result(before: Network, stepped: Network, x: NDArray[Any], t: Labels) -> Stage:
    made: Values = {}
    for when, network in (("before", before), ("after", stepped)):
        log_y = log_softmax(network.predict(x))
        made[f"y_{when}"] = np.exp(log_y)
        made[f"loss_{when}"] = np.array(-log_y[np.arange(len(t)), t].mean())
    losses = made["loss_before"], made["loss_after"]
    about = "The loss of this batch was {:.6g} before the step and is {:.6g} after it".format(
        *losses
    )
    left_out = _only_in_training(before)
    how = f", read as in tests, without {left_out}" if left_out else ""
    return Stage("Result", "", f"{about}{how}.", "", {}, made)
