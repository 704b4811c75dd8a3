"""What the diagram of a network says of each layer: texts, and how much of the whole they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convlab.insight.architecture import Measured, multiply_adds
from convlab.insight.memory import size_text
from convlab.nn.network import LayerShape
from convlab.nn.types import Shape

ROWS = ("Output", "Parameters", "Multiply-adds", "Memory", "Forward", "Backward")
NOTHING = "–"
UNKNOWN = "…"  # until it is measured
TOTAL = "Total"
SHORTEST = 0.01  # milliseconds; what is shorter is not told apart


@dataclass(frozen=True, slots=True)
class DiagramColumn:
    """One layer: a text for each row, and the layer's share (0 to 1) of the largest there.

    ``shape`` is that of its output; None for the column of totals, and ``kind`` is empty for it
    and for the input.
    """

    name: str
    kind: str
    shape: Shape | None
    texts: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def in_words(self) -> str:
        """All that the column says, in a line."""
        pairs = zip(ROWS, self.texts, strict=True)
        told = ", ".join(f"{row.lower()} {text}" for row, text in pairs if text != NOTHING)
        return f"{self.name}: {told}"


def columns_of(
    layers: Sequence[LayerShape], measured: Mapping[str, Measured]
) -> tuple[DiagramColumn, ...]:
    """Return a column for the input, one for each layer, and one for the totals."""
    if not layers:
        return ()
    counts = [
        (layer.parameter_count, multiply_adds(layer), *_costs(measured.get(layer.name)))
        for layer in layers
    ]
    by_row = list(zip(*counts, strict=True))
    largest = [max((n for n in row if n is not None), default=0) for row in by_row]
    empty = (0.0,) * len(ROWS)
    first = layers[0].input_shape
    columns = [
        DiagramColumn("Input", "", first, (_shape_text(first), *[NOTHING] * (len(ROWS) - 1)), empty)
    ]
    for layer, numbers in zip(layers, counts, strict=True):
        texts = (_shape_text(layer.output_shape), *_texts(numbers))
        shares = (0.0, *((n or 0) / (most or 1) for n, most in zip(numbers, largest, strict=True)))
        columns.append(DiagramColumn(layer.name, layer.kind, layer.output_shape, texts, shares))
    totals = [None if None in row else sum(n for n in row if n is not None) for row in by_row]
    columns.append(DiagramColumn(TOTAL, "", None, (NOTHING, *_texts(totals)), empty))
    return tuple(columns)


def _costs(own: Measured | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if own is None else (own.held, own.forward, own.backward)


def _texts(numbers: Sequence[float | None]) -> tuple[str, ...]:
    parameters, products, held, *times = numbers
    counts = (f"{n:,}" if n else NOTHING for n in (parameters, products))
    memory = UNKNOWN if held is None else size_text(held)
    return (*counts, memory, *(UNKNOWN if time is None else _time_text(time) for time in times))


def _time_text(milliseconds: float) -> str:
    """Return a time with as many digits as can be trusted."""
    if milliseconds < SHORTEST:
        return f"< {SHORTEST} ms"
    decimals = 0 if milliseconds >= 100 else 1 if milliseconds >= 10 else 2
    return f"{milliseconds:,.{decimals}f} ms"


def _shape_text(shape: Shape) -> str:
    return "×".join(map(str, shape))
