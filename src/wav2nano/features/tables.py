"""The board's front end as generated C: settings and tables for the library Wav2NanoFrontEnd."""

from pathlib import Path
from typing import Any

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
from wav2nano.features import KINDS
from wav2nano.features.base import FeatureSettings, FrontEnd
from wav2nano.features.filters import hann
from wav2nano.files import write_text


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
    front_end = kind.front_end(rate, settings)
    header, source = out_dir / "frontend_tables.h", out_dir / "frontend_tables.c"
    values = {
        "RATE": rate,
        "N_FFT": front_end.n_fft,
        "HOP": settings.hop_samples,
        "BINS": kind.bins(settings),
    }
    write_text(header, _header(values, quantization is not None))
    write_text(source, _source(front_end, quantization))
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


def _source(front_end: FrontEnd, quantization: tuple[np.ndarray, np.ndarray] | None) -> str:
    n_fft, bank, transform = front_end.n_fft, front_end.bank, front_end.transform
    bands = len(bank)
    spans = [(int(bins[0]), len(bins)) for bins in map(_span, bank)]
    weights = [bank[band, first : first + count] for band, (first, count) in enumerate(spans)]
    # 1 / 32768 makes samples of +-1; the FFT wants half of that (see w2n_fft.h). Both are exact.
    window = hann(n_fft)[: n_fft // 2 + 1] / np.float32(2 * 32768)
    arrays = [
        _array("float", "window", window),
        _array("uint8_t", "order", _first_stage_order(n_fft // 2)),
        _array("float", "twiddles", _stage_twiddles(n_fft // 2)),
        _array("float", "split_twiddles", _parts(_roots(np.arange(1, n_fft // 4 + 1), n_fft))),
        _array("w2n_mel_band", "mel_bands", list(map(initializer, spans))),
        _array("float", "mel_weights", np.concatenate(weights)),
    ]
    scratch = n_fft + 2
    if transform is not None:
        # The rows are symmetric about their middle, in sign or not.
        arrays.append(_array("float", "dct", transform[:, : (bands + 1) // 2]))
        scratch += bands
    exported = ""
    if quantization is not None:
        scale, offset = quantization
        exported = _array("float", "w2n_frontend_scale", scale, static=False)
        exported += _array("float", "w2n_frontend_offset", offset, static=False)
    fields = {
        "rate": "W2N_FRONTEND_RATE",
        "n_fft": "W2N_FRONTEND_N_FFT",
        "hop": "W2N_FRONTEND_HOP",
        "bands": bands,
        "coefficients": 0 if transform is None else len(transform),
        "bins": "W2N_FRONTEND_BINS",
        "floor_power": float_literal(np.float32(10 ** (front_end.floor_db / 10))),
        "window": "window",
        "order": "order",
        "twiddles": "twiddles",
        "split_twiddles": "split_twiddles",
        "mel_bands": "mel_bands",
        "mel_weights": "mel_weights",
        "dct": "0" if transform is None else "dct",
        "scratch": "scratch",
    }
    return f"""\
/* Made by wav2nano: settings and tables of the front end. */
#include "frontend_tables.h"

{"".join(arrays)}static float scratch[{scratch}];

{structure("const w2n_frontend w2n_frontend_tables", fields)}
{exported}"""


def _span(weights: np.ndarray) -> np.ndarray:
    """Bins from the first to the last that have a weight."""
    used = np.flatnonzero(weights)
    return np.arange(used[0], used[-1] + 1)


def _first_stage_order(m: int) -> np.ndarray:
    """First element of each butterfly of the first stage of an FFT of `m` points.

    Decimation in time by 4 puts first the elements 0, 4, 8, ..., then 1, 5, 9, ..., and does so
    again within each quarter; what is left for the first stage are groups of 4 or 2 elements.
    """
    order = np.zeros(1, int)
    while len(order) * 4 < m:
        order = np.concatenate([4 * order + r for r in range(4)])
    return order


def _stage_twiddles(m: int) -> np.ndarray:
    """Twiddles of the radix-4 stages after the first, in the order of their use."""
    q = m // len(_first_stage_order(m))
    stages = []
    while q < m:
        powers = np.arange(q)[:, np.newaxis] * np.array([1, 2, 3])
        stages.append(_parts(_roots(powers, 4 * q)))
        q *= 4
    return np.concatenate(stages)


def _roots(k: np.ndarray, n: int) -> np.ndarray:
    """Complex exp(-2 pi i k / n)."""
    return np.exp(-2j * np.pi * k / n)


def _parts(values: np.ndarray) -> np.ndarray:
    """Real and imaginary parts alternating; what is 0 except for rounding is set to 0."""
    parts = np.ravel(values).view(float)
    return np.where(np.abs(parts) < 1e-15, 0, parts).astype(np.float32)


def _array(kind: str, name: str, values: Any, *, static: bool = True) -> str:
    """C definition of a constant array, eight values a line."""
    convert = float_literal if kind == "float" else str
    items = [convert(value) for value in np.ravel(values)]
    storage = "static const" if static else "const"
    return array(f"{storage} {kind} {name}[{len(items)}]", rows(items, 8)) + "\n\n"
