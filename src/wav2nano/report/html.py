"""Small pages of tables and bars, each one file that needs no other."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 2rem auto; padding: 0 1.5rem;
       max-width: 62rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { max-width: 48rem; }
p.note { color: #555; }
p.mark { background: #fff3e0; border-left: 4px solid #d95f02; padding: .5rem .8rem; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .35rem .9rem .35rem 0; text-align: left; vertical-align: top;
         border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #888; vertical-align: bottom; white-space: nowrap; }
tbody th { font-weight: 500; min-width: 9rem; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { text-align: right; }
td small { color: #666; white-space: nowrap; }
td.unit { white-space: nowrap; }
.bar { background: #e8edf2; height: 1.1rem; margin-top: .2rem; width: 30vw; max-width: 22rem; }
.bar div { background: #1f6fb4; height: 100%; }
"""


def page(title: str, *parts: str) -> str:
    """Make a whole page."""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n</html>\n"
    )


def heading(text: str) -> str:
    """Make a heading below the page's own."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str, kind: str = "") -> str:
    """Make a paragraph; `kind` is note (an explanation) or mark (what is not to be missed)."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def table(rows: Sequence[Sequence[Any]], header: Sequence[str] = ()) -> str:
    """Make a table; the first cell of a row names it, numbers are set to the right."""
    numeric = [
        bool(column) and all(isinstance(cell, int) for cell in column)
        for column in zip(*rows, strict=True)
    ]
    head = "".join(
        f'<th class="number">{escape(text)}</th>' if number else f"<th>{escape(text)}</th>"
        for text, number in zip(header, numeric, strict=False)
    )
    body = "\n".join(
        f"<tr><th>{_cell(first)}</th>{''.join(map(_data, cells))}</tr>" for first, *cells in rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if header else ""
    return f'<div class="wide"><table>{top}<tbody>\n{body}\n</tbody></table></div>'


def bars(rows: Sequence[tuple[str, int, int, str]]) -> str:
    """Make a bar for each (name, used, available, unit)."""
    body = "\n".join(
        f"<tr><th>{escape(name)}</th>"
        f'<td><div class="bar"><div style="width: {min(1, used / limit):.1%}"></div></div></td>'
        f'<td class="number">{used / limit:.0%}</td>'
        f'<td class="number">{used:,}</td><td class="unit">of {limit:,} {escape(unit)}</td></tr>'
        for name, used, limit, unit in rows
    )
    return f'<div class="wide"><table><tbody>\n{body}\n</tbody></table></div>'


def settings_rows(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """List nested settings as (dotted name, value)."""
    rows = []
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            rows += settings_rows(value, f"{name}.")
        else:
            rows.append((name, _setting(value)))
    return rows


def _setting(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_setting, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _data(value: Any) -> str:
    if isinstance(value, int):
        return f'<td class="number">{_cell(value)}</td>'
    return f"<td>{_cell(value)}</td>"


def _cell(value: Any) -> str:
    """Text of a cell; of a pair the second is set small below the first."""
    if isinstance(value, tuple):
        return f"{escape(value[0])}<br><small>{escape(value[1])}</small>"
    return f"{value:,}" if isinstance(value, int) else escape(str(value))
