import json
from typing import Any

import pytest

from convlab.errors import WeightsError
from convlab.nn.description import NetworkDescription

GOOD: dict[str, Any] = {
    "name": "SimpleConvNet",
    "settings": {"filter_num": 3},
    "input_dim": [1, 28, 28],
    "output_size": 10,
}


def test_it_comes_back_from_json() -> None:
    description = NetworkDescription("Net", {"lr": 0.5, "n": 3}, (3, 32, 30), 7)
    assert NetworkDescription.from_json(description.to_json()) == description


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 100_000,
        json.dumps({"name": "SimpleConvNet"}),
        json.dumps(GOOD | {"input_dim": [28, 28]}),
        json.dumps(GOOD | {"input_dim": "abc"}),
        json.dumps(GOOD | {"input_dim": 28}),
        json.dumps(GOOD | {"output_size": float("inf")}),
        json.dumps(GOOD | {"output_size": None}),
        json.dumps(GOOD).replace("10", "9" * 5000),
    ],
)
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(WeightsError, match=r"description of its network cannot be read; open"):
        NetworkDescription.from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"name": 5},
        {"settings": [1]},
        {"input_dim": [1, 28, 0]},
        {"input_dim": [1, 28, 10**9]},
        {"output_size": -1},
    ],
)
def test_a_description_with_impossible_sizes_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match="makes no sense"):
        NetworkDescription.from_json(json.dumps(GOOD | change))
