"""What a script sees of its run, printed as the book's Trainer does."""

from convlab.training.events import EpochEvaluated, Event, RunEnded


def print_event(event: Event) -> None:
    """Print the accuracies of an epoch, and how the run has ended."""
    match event:
        case EpochEvaluated():
            print(  # noqa: T201
                f"epoch {event.epoch}: train accuracy {event.train_accuracy:.4f}, "
                f"test accuracy {event.test_accuracy:.4f}"
            )
        case RunEnded(test_accuracy=None):
            print(event.message)  # noqa: T201
        case RunEnded():
            print(f"final test accuracy {event.test_accuracy:.4f}")  # noqa: T201
