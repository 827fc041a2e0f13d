"""The one exception that is shown to the user as a plain message, without a traceback."""


class UserError(Exception):
    """Something the user can fix: bad input, a missing program, a setting out of range.

    The message says what was wrong, in which file, and what would be right.
    """
