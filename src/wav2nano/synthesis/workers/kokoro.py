"""Speak with Kokoro-82M; the batch has `model`, a path, and `voices`, the path of the styles.

An utterance has `tokens`, `speed`, and `timbre` and `prosody`: pairs of a voice's number and its
share.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from wav2nano.synthesis.workers.forked import serve
from wav2nano.synthesis.workers.onnx import load_model, pcm

RATE = 24000
LENGTHS, SIZE = 510, 256  # a style for each number of phonemes
TIMBRE = 128  # values of a style that are the timbre; the others are the prosody


def style_of(
    styles: np.ndarray, length: int, timbre: list[list[float]], prosody: list[list[float]]
) -> np.ndarray:
    """Mix the styles of voices: float32 [1, 256].

    Parameters
    ----------
    styles
        float32 [voices, lengths, 256].
    length
        Number of phonemes.
    timbre, prosody
        Pairs of a voice's number and its share.
    """
    row = min(length, LENGTHS) - 1
    mixed = np.zeros((1, SIZE), np.float32)
    for number, share in timbre:
        mixed[0, :TIMBRE] += np.float32(share) * styles[int(number), row, :TIMBRE]
    for number, share in prosody:
        mixed[0, TIMBRE:] += np.float32(share) * styles[int(number), row, TIMBRE:]
    return mixed


def speak(
    session: Any, styles: np.ndarray, utterance: dict[str, Any], give: Callable[[bytes], None]
) -> int:
    """Give the utterance's samples; returns the exit status."""
    tokens = utterance["tokens"]
    style = style_of(styles, len(tokens), utterance["timbre"], utterance["prosody"])
    [samples, *_] = session.run(
        None,
        {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style,
            "speed": np.array([utterance["speed"]], np.float32),
        },
    )
    give(pcm(samples))
    return 0


def main() -> None:
    """Serve one batch."""
    batch = json.load(sys.stdin)
    styles = np.fromfile(batch["voices"], "<f4").reshape(-1, LENGTHS, SIZE)
    serve(batch, RATE, partial(speak, load_model(batch["model"]), styles))


if __name__ == "__main__":
    main()
