"""The board's front end as generated C: settings and tables for the library Wav2NanoFrontEnd."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wav2nano.c_source import (
    array,
    definitions,
    extern_c,
    float_literal,
    initializer,
    rows,
    structure,
)
from wav2nano.features import KINDS, front_end
from wav2nano.features.base import FeatureSettings, Part
from wav2nano.features.filters import centre, hann
from wav2nano.files import write_text

SPECTRUM_TABLES = ("window", "order", "twiddles", "split_twiddles")
C_TYPES = {"float32": "float", "uint16": "uint16_t"}


def generate_c(
    rate: int,
    settings: FeatureSettings,
    out_dir: Path,
    *,
    quantization: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[Path]:
    """Write the tables of the library Wav2NanoFrontEnd: `frontend_tables.h` and `.c`.

    Parameters
    ----------
    rate : int
        Samples a second.
    settings
        `features` of the experiment.
    out_dir : Path
        Where to write.
    quantization : (scale, offset), optional
        Of the model's input, see `quantization_tables` in `wav2nano.features.quantize`; written as
        `w2n_frontend_scale` and `w2n_frontend_offset`.

    Returns
    -------
    list of Path
        The header and the source.

    Raises
    ------
    UserError
        If the board's front end cannot do these settings.
    """
    kind = KINDS[settings.kind]
    kind.check(rate, settings)
    parts = front_end(rate, settings)
    header, source = out_dir / "frontend_tables.h", out_dir / "frontend_tables.c"
    values = {
        "RATE": rate,
        "FRAME": settings.frame_samples,
        "HOP": settings.hop_samples,
        "BINS": kind.bins(settings),
    }
    write_text(header, _header(values, quantization is not None))
    write_text(source, _source(parts, quantization))
    return [header, source]


def _header(values: dict[str, int], quantized: bool) -> str:
    declarations = ["extern const w2n_frontend w2n_frontend_tables;"]
    if quantized:
        declarations += [
            f"extern const float w2n_frontend_{name}[W2N_FRONTEND_BINS];"
            for name in ("scale", "offset")
        ]
    linkage = extern_c("\n".join(declarations))
    return f"""\
/* Made by wav2nano: settings and tables of the front end. */
#ifndef FRONTEND_TABLES_H
#define FRONTEND_TABLES_H

#include <wav2nano_frontend.h>

{definitions("W2N_FRONTEND_", values)}

{linkage}#endif
"""


def _source(parts: Sequence[Part], quantization: tuple[np.ndarray, np.ndarray] | None) -> str:
    spectra = sorted({(part.n_fft, part.window) for part in parts})
    definitions = [
        table for n_fft, window in spectra if n_fft for table in _spectrum_tables(n_fft, window)
    ]
    definitions += [table for number, part in enumerate(parts) for table in _tables(part, number)]
    for name, size in {
        "power": max((n_fft + 2 for n_fft, _ in spectra if n_fft), default=0),
        "scratch": max(part.scratch for part in parts),
    }.items():
        if size:
            definitions.append(f"static float {name}[{size}];\n\n")
    spans = _delta_spans(parts)
    if spans:
        lines = [f"    {initializer(span)}," for span in spans]
        definitions.append(array("static const w2n_delta_span deltas[]", lines) + "\n\n")
    exported = ""
    if quantization is not None:
        scale, offset = quantization
        exported = _array("w2n_frontend_scale", scale, static=False)
        exported += _array("w2n_frontend_offset", offset, static=False)
    fields = {
        "rate": "W2N_FRONTEND_RATE",
        "frame": "W2N_FRONTEND_FRAME",
        "hop": "W2N_FRONTEND_HOP",
        "bins": "W2N_FRONTEND_BINS",
        "compute": "compute",
        **({"delta_spans": len(spans), "deltas": "deltas"} if spans else {}),
    }
    return f"""\
/* Made by wav2nano: settings and tables of the front end. */
#include "frontend_tables.h"

#include <w2n_fft.h>
#include <w2n_parts.h>

{"".join(definitions)}static void compute(const int16_t *samples, float *features) {{
{_calls(parts, spectra)}}}

{structure("const w2n_frontend w2n_frontend_tables", fields)}
{exported}"""


def _calls(parts: Sequence[Part], spectra: Sequence[tuple[int, int]]) -> str:
    """Call the function of each part; those that take the same spectrum share it."""
    lines = []
    for n_fft, window in spectra:
        if n_fft:
            *tables, last = (f"{name}_{_suffix(n_fft, window)}" for name in SPECTRUM_TABLES)
            by_5 = "w2n_fft_radix_5" if n_fft % 5 == 0 else 0
            arguments = (n_fft, "samples", *tables, by_5, last, "power")
            lines.append(_call("w2n_power_spectrum", *arguments))
        first = 0
        for number, part in enumerate(parts):
            if (part.n_fft, part.window) == (n_fft, window):
                lines.append(
                    _call(
                        part.function,
                        "power" if n_fft else "samples",
                        *(_argument(part, name, number) for name in part.arguments),
                        *["scratch"] * bool(part.scratch),
                        f"features + {first}" if first else "features",
                    )
                )
            first += part.width
    return "".join(lines)


def _delta_spans(parts: Sequence[Part]) -> list[tuple[int, int, int]]:
    """Give the first feature, the number of features and the order of each part with deltas."""
    spans, first = [], 0
    for part in parts:
        if part.deltas:
            spans.append((first, part.bins, part.deltas))
        first += part.width
    return spans


def _call(function: str, *arguments: object) -> str:
    return f"    {function}({', '.join(map(str, arguments))});\n"


def _argument(part: Part, name: str, number: int) -> object:
    """Give what a part's function is called with: a number, or the name of a table."""
    value = part.arguments[name]
    if isinstance(value, np.ndarray):
        return f"{name}_of_{number}"
    return value if isinstance(value, int) else float_literal(value)


def _tables(part: Part, number: int) -> list[str]:
    """Define the tables of one part."""
    return [
        _array(f"{name}_of_{number}", value)
        for name, value in part.arguments.items()
        if isinstance(value, np.ndarray)
    ]


def _suffix(n_fft: int, window: int) -> str:
    return f"{n_fft}_{window}" if window else str(n_fft)


def _spectrum_tables(n_fft: int, window: int) -> list[str]:
    """Define the tables of a power spectrum, those of `SPECTRUM_TABLES`; see w2n_fft.h."""
    m = n_fft // 2
    values: tuple[np.ndarray, ...] = (
        # 1 / 32768 makes samples of +-1; the FFT wants half of that. Both are exact.
        centre(hann(window or n_fft), n_fft)[: m + 1] / np.float32(2 * 32768),
        _first_stage_order(m).astype(np.uint16),
        _stage_twiddles(m),
        _parts(_roots(np.arange(1, n_fft // 4 + 1), n_fft)),
    )
    return [
        _array(f"{name}_{_suffix(n_fft, window)}", table)
        for name, table in zip(SPECTRUM_TABLES, values, strict=True)
    ]


def _stages(m: int) -> list[int]:
    """Radices of the stages of an FFT of `m` = 2^a 5^b points: 4 or 2, then 4s, then 5s."""
    radices = []
    for radix in (5, 4, 2):
        while m % radix == 0:
            radices.append(radix)
            m //= radix
    return radices[::-1]


def _first_stage_order(m: int) -> np.ndarray:
    """First element of each butterfly of the first stage of an FFT of `m` points.

    Decimation in time by 4 puts first the elements 0, 4, 8, ..., then 1, 5, 9, ..., and does so
    again within each quarter, as each stage but the first does with its radix; what is left for the
    first stage are groups of as many elements as its radix.
    """
    order = np.zeros(1, int)
    for radix in _stages(m)[1:]:
        order = np.concatenate([radix * order + r for r in range(radix)])
    return order


def _stage_twiddles(m: int) -> np.ndarray:
    """Twiddles of the stages after the first, in the order of their use."""
    q, *later = _stages(m)
    twiddles = []
    for radix in later:
        powers = np.arange(q)[:, np.newaxis] * np.arange(1, radix)
        twiddles.append(_parts(_roots(powers, radix * q)))
        q *= radix
    return np.concatenate(twiddles)


def _roots(k: np.ndarray, n: int) -> np.ndarray:
    """Complex exp(-2 pi i k / n)."""
    return np.exp(-2j * np.pi * k / n)


def _parts(values: np.ndarray) -> np.ndarray:
    """Real and imaginary parts alternating; what is 0 except for rounding is set to 0."""
    parts = np.ravel(values).view(float)
    return np.where(np.abs(parts) < 1e-15, 0, parts).astype(np.float32)


def _array(name: str, values: np.ndarray, *, static: bool = True) -> str:
    """C definition of a constant array, eight values a line."""
    convert = float_literal if values.dtype == np.float32 else str
    items = [convert(value) for value in np.ravel(values)]
    storage = "static const" if static else "const"
    declaration = f"{storage} {C_TYPES[values.dtype.name]} {name}[{len(items)}]"
    return array(declaration, rows(items, 8)) + "\n\n"
