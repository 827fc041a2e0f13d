"""How detection in a stream of sound is measured."""

from typing import Annotated, Literal

from pydantic import Field

from wav2nano.settings.base import Seed, Settings, Text


class RecordingSettings(Settings):
    """A long recording, and a table of when labels are to be heard in it."""

    audio: Text
    """the recording, of any format and length"""

    targets: Text
    """when labels are heard in it, in seconds: a table .csv with the columns `start`, `end`,
    `label` and, if several people speak, `group`; or labels that Audacity exports, .txt; or a test
    of MLPerf Tiny, .json. Labels that are not reported are passed over"""


class DetectionSettings(Settings):
    """How detection in a stream of sound is measured: the firmware's C listens on this machine."""

    hours: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    """length of the track, hours: the test set, which repeats when all of it was heard; whole
    recordings where `evaluation.answers` are recordings, else windows"""

    seconds_per_target: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """one target in so many seconds on average; between them what is not to be reported, or a
    quiet room"""

    background: Text | None = None
    """folder of recordings without any of the labels, such as evenings in the room: the track is
    made of them, with targets put in. Of the folders in it the first half, by name, chooses
    thresholds and the rest tests, so give each evening one; without two folders, of the files.
    In a copy of MUSAN it is so in each of its folders music, noise (of the files) and speech.
    `null`: the track is made of what the split has"""

    recipe: Literal["back_to_back", "mlperf_tiny"] = "back_to_back"
    """how the track is made: back_to_back, one sound after another; or mlperf_tiny, as MLPerf
    Tiny's streaming wake word test (for which `hours` are 0.3333 and `seconds_per_target` 24):
    targets, all in its first half, over a mix of up to eight voices and music. These are what
    `background` has in its folders `speech` and `music`, as MUSAN; without it, other words and
    noise of the split"""

    rule: Literal["strict", "mlperf_tiny"] = "strict"
    """what counts: strict, a target that is reported once, and any other report is false; or
    mlperf_tiny, as that test counts: a target may be reported for 2 s after its end, however often,
    and false reports within a second are one"""

    recording: RecordingSettings | None = None
    """test on a long recording of your own with a table of when labels are to be heard in it, in
    place of a track; thresholds are chosen on a track all the same. `null`: test on a track"""

    seed: Seed = 1
    """seed of the recordings' order"""
