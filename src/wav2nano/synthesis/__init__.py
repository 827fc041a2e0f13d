"""A data set of keywords spoken by text-to-speech engines, for those who have no recordings.

`plan` lists what will be spoken, by which voice and how; `synthesize_speech` speaks it, places
each word in a room with noise before a microphone, and writes one archive for each label.
"""
