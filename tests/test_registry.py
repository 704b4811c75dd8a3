import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convlab.errors import ConvlabError
from convlab.registry import Registry

FRUIT = "from fruits import FRUITS\n\n@FRUITS.register({name!r})\nclass {cls}:\n    pass\n"


@pytest.fixture
def fruits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[object]]:
    """The registry of a package with two files."""
    package = tmp_path / "fruits"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from convlab.registry import Registry\n\nFRUITS = Registry('fruit', __name__)\n"
    )
    (package / "pear.py").write_text(FRUIT.format(name="Pear", cls="Pear"))
    (package / "apple.py").write_text(FRUIT.format(name="apple", cls="Apple"))
    monkeypatch.syspath_prepend(tmp_path)
    from fruits import FRUITS  # type: ignore[import-not-found]

    yield FRUITS
    for name in [name for name in sys.modules if name.partition(".")[0] == "fruits"]:
        del sys.modules[name]


def test_a_class_is_found_because_its_file_is_there(fruits: Registry[object]) -> None:
    assert fruits.names() == ("apple", "Pear")
    assert [cls.__name__ for cls in fruits] == ["Apple", "Pear"]


def test_names_are_looked_up_in_any_case(fruits: Registry[object]) -> None:
    assert fruits.get("PEAR") is fruits.get("pear")
    assert fruits.proper_name("APPLE") == "apple"
    assert fruits.name_of(fruits.get("pear")) == "Pear"


def test_an_unknown_name_is_refused_with_a_hint_and_all_that_are_known(
    fruits: Registry[object],
) -> None:
    with pytest.raises(ConvlabError) as refused:
        fruits.get("Paer")
    assert str(refused.value) == (
        "There is no fruit called 'Paer'. Did you mean Pear? Known: apple, Pear."
    )
    with pytest.raises(ConvlabError) as refused:
        fruits.get("zucchini")
    assert "Did you mean" not in str(refused.value)


def test_two_classes_of_one_name_are_a_mistake(fruits: Registry[object]) -> None:
    assert "Pear" in fruits.names()
    with pytest.raises(ValueError, match="two classes want to be the fruit 'PEAR'"):
        fruits.register("PEAR")(str)
