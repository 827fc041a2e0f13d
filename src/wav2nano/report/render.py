"""Pages from the templates in `templates/`, each a self-contained file."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError


def render(template: str, **values: Any) -> str:
    """Fill in a template, such as `results` for `templates/results.html.jinja`.

    Raises
    ------
    ValueError
        If a value lacks what the template shows.
    """
    try:
        return _environment().get_template(f"{template}.html.jinja").render(values)
    except UndefinedError as error:
        raise ValueError(str(error)) from error


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("wav2nano.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["grouped"] = lambda number: f"{number:,}"
    environment.filters["percent"] = lambda share, digits=0: f"{share:.{digits}%}"
    return environment
