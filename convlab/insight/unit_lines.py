"""The lines of NumPy behind one number of a layer's output, each with what comes out of it."""

from convlab.insight.unit_sum import UnitSum
from convlab.wording import counted


def lines_with_numbers(told: UnitSum) -> tuple[str, ...]:
    """Return the lines of ``told`` with their results as comments, one below the other."""
    results = {
        "patch": f"shape {told.inputs.shape}",
        "window": f"shape {told.inputs.shape[1:]}",
        "y": _sum(told),
    }
    if told.products is not None:
        results["products"] = counted(told.products.size, "number")
    if told.after is not None:
        results[told.after[0].lower()] = _number(told.after[1])
    width = max((len(line) for line in told.lines), default=0)
    commented = []
    for line in told.lines:
        result = results.get(line.split(" = ")[0])
        commented.append(line if result is None else f"{line:<{width}}  # {result}")
    return tuple(commented)


def _sum(told: UnitSum) -> str:
    if told.products is None or told.bias is None:
        return _number(told.value)
    sign = "-" if told.bias < 0 else "+"
    total = _number(float(told.products.sum()))
    return f"{total} {sign} {_number(abs(told.bias))} = {_number(told.value)}"


def _number(value: float) -> str:
    return f"{value:.6g}"
