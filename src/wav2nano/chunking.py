"""One recording to windows of one length."""

import numpy as np

from wav2nano.settings.chunking import ChunkingSettings


def chunk_recording(
    samples: np.ndarray, settings: ChunkingSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Cut one recording into windows.

    A shorter recording is in the middle of a window of digital silence (`short: pad`) or at its
    start (`mask`). A longer one gives the window with the most energy (`long: loudest`) or a window
    every `hop_seconds` (`slide`); windows of digital silence are left out, because some data sets
    pad short recordings with it.

    Parameters
    ----------
    samples : np.ndarray [shape=(samples,), dtype=int16]
        The recording at `settings.rate`.
    settings
        `chunking` of the experiment.

    Returns
    -------
    windows : np.ndarray [shape=(windows, window), dtype=int16]
    starts : np.ndarray [shape=(windows,), dtype=int64]
        First sample of each in the recording; negative where silence comes before it.

    Examples
    --------
    One and a half seconds, cut into windows of one second every quarter of a second:

    >>> settings = ChunkingSettings(long="slide", hop_seconds=0.25)
    >>> windows, starts = chunk_recording(np.ones(24000, np.int16), settings)
    >>> windows.shape, starts.tolist()
    ((3, 16000), [0, 4000, 8000])

    Half a second is centred in one:

    >>> _, starts = chunk_recording(np.ones(8000, np.int16), settings)
    >>> starts.tolist()
    [-4000]
    """
    length = settings.window_samples
    surplus = len(samples) - length
    if surplus <= 0:
        before = 0 if settings.short == "mask" else -surplus // 2
        padded = np.zeros((1, length), np.int16)
        padded[0, before : before + len(samples)] = samples
        return padded, np.array([-before])
    if settings.long == "loudest":
        energy = np.cumsum(np.square(samples, dtype=np.float64))
        in_window = energy[length - 1 :] - np.concatenate([[0.0], energy[:surplus]])
        # If the word is shorter than the window, many windows hold all of it: take the middle one.
        best = np.flatnonzero(in_window >= 0.999 * in_window.max())
        starts = best[[len(best) // 2]]
    else:
        hop = settings.hop_samples
        starts = np.arange(0, surplus + 1, hop)
        heard = [start for start in starts if samples[start : start + length].any()]
        starts = np.array(heard or starts[:1])
    return np.stack([samples[start : start + length] for start in starts]), starts.astype(np.int64)


def samples_heard(count: int, starts: np.ndarray, settings: ChunkingSettings) -> np.ndarray:
    """Tell how many samples of each window count: all, or with `short: mask` the recording's own.

    Parameters
    ----------
    count : int
        Samples of the recording.
    starts : np.ndarray [shape=(windows,)]
        As `chunk_recording` gives them.
    settings
        `chunking` of the experiment.

    Examples
    --------
    >>> samples_heard(8000, np.array([0]), ChunkingSettings(short="mask")).tolist()
    [8000]
    """
    heard = np.full(len(starts), settings.window_samples)
    return np.minimum(heard, count - starts) if settings.short == "mask" else heard
