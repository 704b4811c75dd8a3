import pytest

from convlab.ui.widgets.health_table import small_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.00123, "0.0012"),
        (1.0, "1"),
        (12.3, "12"),
        (1234.0, "1,234"),
        (0.00001, "1e−5"),
        (0.0000123, "1.2e−5"),
        (123456.0, "1.2e5"),
        (float("nan"), "not finite"),
    ],
)
def test_numbers_have_two_digits_that_count(value, text):
    assert small_number(value) == text
