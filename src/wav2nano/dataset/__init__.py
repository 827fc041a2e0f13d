"""From recordings to labelled windows of audio, and who is in which part of the split."""
