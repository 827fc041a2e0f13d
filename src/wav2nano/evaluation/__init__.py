"""Evaluation of models on the test set, and plots of how they do."""
