from convlab.ui.widgets.cell_numbers import signed


def test_a_value_has_its_sign_and_four_decimals():
    assert signed(0.25) == "+0.2500"
    assert signed(-0.00071) == "−0.0007"
    assert signed(0.0) == "+0.0000"
    assert signed(float("nan")) == "+nan"
    assert signed(float("-inf"), 2) == "−inf"
