"""What several steps put in the same words."""

from typing import Any


def describe_accuracy(figures: dict[str, Any]) -> str:
    """Accuracy with its interval, in words."""
    interval = figures["accuracy_ci95"]
    text = f"accuracy {figures['accuracy']:.1%}"
    return f"{text} (95 % interval {interval[0]:.1%} to {interval[1]:.1%})" if interval else text


def describe_processor(environment: dict[str, Any]) -> str:
    """Tell the processor's kind and extensions."""
    return f"{environment['machine']} with {', '.join(environment['extensions']) or 'no extension'}"
