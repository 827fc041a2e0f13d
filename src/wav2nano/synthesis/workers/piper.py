"""Speak with a Piper voice; the batch has `model`, a path, and `rate`, Hz.

An utterance has `ids` of its phonemes and `scales`: of the noise that varies the sounds, of the
length, and of the noise that varies the lengths.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from wav2nano.synthesis.workers.forked import serve
from wav2nano.synthesis.workers.onnx import load_model, pcm


def speak(session: Any, utterance: dict[str, Any], give: Callable[[bytes], None]) -> int:
    """Give the utterance's samples; returns the exit status."""
    ids = np.array([utterance["ids"]], np.int64)
    [samples] = session.run(
        None,
        {
            "input": ids,
            "input_lengths": np.array([ids.shape[1]], np.int64),
            "scales": np.array(utterance["scales"], np.float32),
        },
    )
    give(pcm(samples))
    return 0


def main() -> None:
    """Serve one batch."""
    batch = json.load(sys.stdin)
    serve(batch, batch["rate"], partial(speak, load_model(batch["model"])))


if __name__ == "__main__":
    main()
