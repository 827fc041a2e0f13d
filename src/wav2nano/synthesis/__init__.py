"""A data set of keywords spoken by text-to-speech engines, for those who have no recordings.

`plan` lists what will be spoken, by which voice and how; `synthesize_label` speaks it, places
each word in a room with noise before a microphone, and writes one archive for each label.
"""

from wav2nano.synthesis.label import synthesize_label
from wav2nano.synthesis.planning import SILENCE, UNKNOWN, Planned, plan
from wav2nano.synthesis.voices import VOICE_LICENCES

__all__ = ["SILENCE", "UNKNOWN", "VOICE_LICENCES", "Planned", "plan", "synthesize_label"]
