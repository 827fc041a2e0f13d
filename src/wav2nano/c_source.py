"""Pieces of generated C: literals, comments, arrays, structures."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from wav2nano.errors import UserError

WIDTH = 100


def comment(text: str) -> str:
    """Make a block comment of several lines."""
    lines = [f" * {line}".rstrip() for line in text.splitlines()]
    return "/*\n" + "\n".join(lines) + "\n */"


def string_literal(text: str) -> str:
    r"""Quote any text as a C string literal, in UTF-8.

    An escape of three octal digits is complete, whatever follows it; and with every ? escaped there
    are no trigraphs.

    Examples
    --------
    >>> print(string_literal('né "?"'))
    "n\303\251 \042\077\042"
    """
    plain = set(range(0x20, 0x7F)) - set(b'"\\?')
    return '"' + "".join(chr(b) if b in plain else f"\\{b:03o}" for b in text.encode()) + '"'


def float_literal(value: np.float32) -> str:
    """Give a literal that reads back as this very float32, with nine digits at most.

    Examples
    --------
    >>> float_literal(np.float32(0.1)), float_literal(np.float32(3))
    ('0.100000001f', '3.0f')
    """
    text = f"{value:.9g}"
    return f"{text}f" if "." in text or "e" in text else f"{text}.0f"


def shortest_float_literal(value: np.float32) -> str:
    """Give the shortest literal with an exponent that reads back as this very float32."""
    text = np.format_float_scientific(np.float32(value), unique=True, trim="0")
    return f"{text}f"


def initializer(items: Iterable[object]) -> str:
    """Put a few values in braces, on one line."""
    return "{" + ", ".join(map(str, items)) + "}"


def definitions(prefix: str, values: Mapping[str, object]) -> str:
    """Define a macro for each value, its name after the prefix; errors as `checked`."""
    return "\n".join(f"#define {prefix}{name} {checked(name, values[name])}" for name in values)


def checked(name: str, value: object) -> object:
    """Give a value back if C can hold it: whole numbers are int32_t in all that is generated.

    Raises
    ------
    UserError
        If it is a whole number that has no place in 32 bits.
    """
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        raise UserError(
            f"{name} would be {value:,} in the generated C, and 32 bits hold 2,147,483,647 at "
            "most. Choose a smaller value for the setting that it is made from."
        )
    return value


def rows(items: Sequence[str], per_line: int) -> list[str]:
    """Lay out the values of an array, a fixed number per line."""
    return [
        "    " + ", ".join(items[i : i + per_line]) + "," for i in range(0, len(items), per_line)
    ]


def aligned_rows(items: Sequence[str]) -> list[str]:
    """Lay out the values of an array in columns, as many per line as fit."""
    width = max(map(len, items), default=1)
    columns = max(1, (WIDTH - 4) // (width + 2))
    return [
        "    " + " ".join(f"{item + ',':>{width + 1}}" for item in items[i : i + columns]).rstrip()
        for i in range(0, len(items), columns)
    ]


def array(declaration: str, lines: Iterable[str]) -> str:
    """Define an array; `declaration` is everything before the values, `lines` come from `rows`."""
    return f"{declaration} = {{\n" + "\n".join(lines) + "\n};"


def structure(declaration: str, fields: Mapping[str, object]) -> str:
    """Define a structure; `declaration` is everything before the values. Errors as `checked`."""
    lines = (f"    .{name} = {checked(name, value)}," for name, value in fields.items())
    return array(declaration, lines)


def header(about: str, macro: str, content: str) -> str:
    """Write a header that can be included twice; `about` is its first comment."""
    return f"{about}\n#ifndef {macro}\n#define {macro}\n\n{content}\n#endif\n"


def extern_c(declarations: str) -> str:
    """Give declarations C linkage when a C++ program includes them."""
    return (
        '#ifdef __cplusplus\nextern "C" {\n#endif\n\n'
        f"{declarations}\n\n"
        "#ifdef __cplusplus\n}\n#endif\n"
    )
