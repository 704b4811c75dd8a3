import pytest

from convlab.errors import ConvlabError
from convlab.insight.layer_words import words_for
from convlab.nn.layer import LAYERS


@pytest.mark.parametrize("kind", [LAYERS.name_of(cls) for cls in LAYERS])
def test_every_layer_is_explained_in_a_few_sentences_with_its_formula(kind):
    words = words_for(kind)
    assert 1 <= words.sentences.count(". ") + 1 <= 3
    assert words.sentences.endswith(".")
    assert "y" in words.formula


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConvlabError):
        words_for("Telepathy")
