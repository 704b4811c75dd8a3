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
    ``file`` is the name of the file that they are from, if they are from one.
    """

    def __init__(self, problems: dict[str, str], file: str = "") -> None:
        self.problems = dict(problems)
        self.file = file
        super().__init__(" ".join(self.sentences))

    @property
    def sentences(self) -> list[str]:
        """Each problem with the name of its setting, and of the file, before it."""
        place = f"{self.file}: " if self.file else ""
        return [f"{place}{name}: {text}" if name else text for name, text in self.problems.items()]
