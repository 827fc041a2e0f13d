"""The one exception that is shown to the person as a plain message, without a traceback."""


class UserError(Exception):
    """Something the person can mend: bad input, a missing program, a setting out of range.

    The message says what was wrong, in which file, and what would be right.
    """
