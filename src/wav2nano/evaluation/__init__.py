"""Scoring of models on the test set, and pictures of how they do."""
