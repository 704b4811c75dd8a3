"""What the lab says when something cannot be done.

Every message is one sentence or two for a person: what happened, what was received, what to do.
The window shows it in a dialog; the command line prints it and exits with code 2.
"""


class ConvlabError(Exception):
    """Anything the lab can explain; its text is meant to be read by the user."""


class DataError(ConvlabError):
    """A file or folder of images, strokes or pictures that cannot be read."""


class WeightsError(ConvlabError):
    """A file of weights that is damaged or belongs to another network."""


class SettingsError(ConvlabError, ValueError):
    """Settings that cannot be used.

    ``problems`` maps a setting's dotted name, such as ``network.filter_size``, to its sentence.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(
            " ".join(f"{name}: {text}" if name else text for name, text in problems.items())
        )
