"""What is wrong with a command line, in a sentence."""


def usage_sentence(error: Exception) -> list[str] | None:
    """Return the sentence about a command line that makes no sense; None for any other error.

    The list is empty if the help was shown instead. The library's class for this has moved
    between its versions, so it is known by what it can do.
    """
    if not hasattr(error, "format_message"):
        return None
    if type(error).__name__ == "NoArgsIsHelpError":
        return []
    message = str(error.format_message()).strip()
    if not message.endswith((".", "?")):
        message += "."
    context = getattr(error, "ctx", None)
    return [f"{message} See {context.command_path} --help" if context else message]
