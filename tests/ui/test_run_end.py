"""At the end the window says why, how well the network reads, and which weights are in use."""

from convlab.training.events import RunEnded
from convlab.ui.run_end import end_in_words, kind_of_end

BEST = "The best weights, those of iteration 240, are in use."
HINT = "Try a smaller learning rate."


def test_a_whole_run() -> None:
    event = RunEnded("finished", 400, "The run is finished.", 0.938, 6.2, {}, "", 400)
    assert end_in_words(event, 1000) == (
        "Finished in 6 s: 93.80% of the 1,000 test images are read right. "
        "The last weights are in use."
    )
    assert kind_of_end(event) == "good"


def test_a_whole_run_that_goes_back_to_its_best_weights() -> None:
    event = RunEnded("finished", 400, f"The run is finished. {BEST}", 0.95, 6.2, {}, "", 240)
    assert end_in_words(event, 1000).endswith(f"are read right. {BEST}")


def test_a_run_that_ended_early_says_why() -> None:
    why = "The run ended early: 3 epochs did not surpass the best test accuracy."
    event = RunEnded("early", 400, f"{why} {BEST}", 0.95, 6.2, {}, "", 240)
    assert end_in_words(event, 1000) == (
        f"{why} {BEST} 95.00% of the 1,000 test images are read right."
    )
    assert kind_of_end(event) == "good"


def test_a_run_that_learned_nothing_ends_with_what_to_try() -> None:
    event = RunEnded("finished", 9, f"The run is finished. {HINT}", 0.1, 1.0, {}, HINT, 9)
    assert end_in_words(event, 1000).endswith(f"The last weights are in use. {HINT}")
    assert kind_of_end(event) == "warning"


def test_a_run_that_diverged_says_itself_which_weights_were_kept() -> None:
    event = RunEnded("diverged", 9, "The loss was nan.", None, 1.0, {})
    assert end_in_words(event, 1000) == "The loss was nan."
    assert kind_of_end(event) == "error"


def test_a_run_that_is_opened_again_has_read_no_images() -> None:
    event = RunEnded("stopped", 9, "The run was stopped after 9 iterations.", None, 1.0, {})
    assert end_in_words(event, None).startswith("The run was stopped after 9 iterations. The last")
