"""The end of a run in words: why it stopped, how well it reads, which weights are in use."""

from convlab.training.events import EndReason, RunEnded
from convlab.ui.status import duration
from convlab.ui.widgets.notice import Kind

_KINDS: dict[EndReason, Kind] = {
    "finished": "good",
    "early": "good",
    "stopped": "warning",
    "diverged": "error",
}


def kind_of_end(event: RunEnded) -> Kind:
    """Return how good the news is."""
    return "warning" if event.hint else _KINDS[event.reason]


def end_in_words(event: RunEnded, test_images: int | None) -> str:
    """Return what a person wants to know at the end; ``test_images`` were read, if that is known.

    A message already tells which weights are in use if they are not the last ones.
    """
    parts = [event.message.removesuffix(event.hint).rstrip()]
    if event.test_accuracy is not None and test_images is not None:
        read = f"{event.test_accuracy:.2%} of the {test_images:,} test images are read right."
        if event.reason == "finished":
            _, _, rest = parts[0].partition(". ")
            parts = [f"Finished in {duration(event.seconds)}: {read}", rest]
        else:
            parts.append(read)
    if event.weights_iteration in (None, event.iteration) and event.reason != "diverged":
        parts.append("The last weights are in use.")
    parts.append(event.hint)
    return " ".join(part for part in parts if part)
