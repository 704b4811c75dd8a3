"""How numbers are said in sentences."""


def counted(count: int, thing: str) -> str:
    """Return a number of things, such as ``1 iteration`` or ``2,000 iterations``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
