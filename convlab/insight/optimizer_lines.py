"""What every optimizer does to one parameter, in a few lines of NumPy for reading."""

from dataclasses import asdict, dataclass
from typing import Any

from convlab.nn import optimizers
from convlab.nn.optimizer import Optimizer

_LINES: dict[type[Optimizer], str] = {
    optimizers.SGD: """\
{W}_new = {W} - lr * d{W}""",
    optimizers.Momentum: """\
v_new = momentum * v - lr * d{W}
{W}_new = {W} + v_new""",
    optimizers.Nesterov: """\
v_new = momentum * v - lr * d{W}
{W}_new = {W} + momentum * v_new - lr * d{W}""",
    optimizers.AdaGrad: """\
h_new = h + d{W} * d{W}
{W}_new = {W} - lr * d{W} / (np.sqrt(h_new) + 1e-7)""",
    optimizers.RMSprop: """\
h_new = decay_rate * h + (1 - decay_rate) * d{W} * d{W}
{W}_new = {W} - lr * d{W} / (np.sqrt(h_new) + 1e-7)""",
    optimizers.Adam: """\
m_new = m + (1 - beta1) * (d{W} - m)
v_new = v + (1 - beta2) * (d{W} * d{W} - v)
lr_t = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
{W}_new = {W} - lr_t * m_new / (np.sqrt(v_new) + 1e-7)""",
}
_UNKNOWN = """\
{W}_new = {W}.copy()
optimizer.update_one("{name}", {W}_new, d{W})"""


@dataclass(frozen=True, slots=True)
class OptimizerLines:
    """The lines of one update, and the numbers in them: settings and t, the step's number."""

    text: str
    numbers: dict[str, Any]


def update_lines(optimizer: Optimizer, name: str) -> OptimizerLines:
    """Return how ``optimizer``, having made the step, changed the parameter ``name`` of a network.

    In the lines the parameter is called as in its layer, W or b, and what it became W_new.
    """
    text = _LINES.get(type(optimizer), _UNKNOWN) + "\nstep = {W}_new - {W}"
    text = text.format(W=name.rstrip("0123456789"), name=name)
    numbers = {**asdict(optimizer), "t": optimizer.iterations}
    return OptimizerLines(text, {key: value for key, value in numbers.items() if key in text})
