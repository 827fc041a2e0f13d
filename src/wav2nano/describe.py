"""Wording that several steps share."""

from typing import Any

from wav2nano.tables.recordings import OWN

NOISE = "noise"  # origin of what nobody speaks; all others but OWN are engines of speech synthesis
ENGINE_TITLES = {
    "espeak": "espeak-ng",
    "pico": "SVOX Pico",
    "piper": "Piper",
    "kokoro": "Kokoro-82M",
}


def describe_accuracy(figures: dict[str, Any]) -> str:
    """Accuracy with its interval, in words.

    Examples
    --------
    >>> describe_accuracy({"accuracy": 0.803, "accuracy_ci95": [0.78, 0.872]})
    'accuracy 80.3% (95 % interval 78.0% to 87.2%)'
    """
    interval = figures["accuracy_ci95"]
    text = f"accuracy {figures['accuracy']:.1%}"
    return f"{text} (95 % interval {interval[0]:.1%} to {interval[1]:.1%})" if interval else text


def describe_spread(figures: dict[str, Any]) -> str:
    """Means with their standard deviations, in words.

    Examples
    --------
    >>> shares = {"accuracy": 0.88, "accuracy_std": 0.012, "macro_f1": 0.85, "macro_f1_std": 0.01}
    >>> describe_spread(shares)
    'macro F1 0.850 ± 0.010, accuracy 88.0% ± 1.2%'
    """
    return (
        f"macro F1 {figures['macro_f1']:.3f} ± {figures['macro_f1_std']:.3f}, "
        f"accuracy {figures['accuracy']:.1%} ± {figures['accuracy_std']:.1%}"
    )


def describe_detection(found: dict[str, Any]) -> str:
    """How much is heard in a stream of sound, and how often something is reported in error.

    Examples
    --------
    >>> describe_detection({
    ...     "misses": 0.123, "false_reports_per_hour": 4.0, "hours": 1.0,
    ...     "false_reports_per_hour_ci95": [1.1, 10.2], "background_minutes": 4.0,
    ...     "labels": {"never": {"threshold": 0.6}, "all": {"threshold": 0.6}},
    ...     "rule": "strict",
    ... })
    'hears 87.7% at 4.0 false reports an hour (95 % interval 1.1 to 10.2; threshold 0.6, 1 h)'
    """
    counted = ""
    if found["rule"] == "mlperf_tiny":
        counted = (
            f"{found['targets'] - found['missed']} of {found['targets']} with "
            f"{found['false_reports']} false by MLPerf Tiny's rule: "
        )
    low, high = found["false_reports_per_hour_ci95"]
    alone = "" if found["background_minutes"] else ", with nothing else to be heard"
    return (
        f"hears {counted}{1 - found['misses']:.1%} at {found['false_reports_per_hour']:.1f} false "
        f"reports an hour (95 % interval {low:.1f} to {high:.1f}; "
        f"{describe_range(found['labels'])}, "
        f"{found['hours']:.3g} h{alone})"
    )


def describe_range(labels: dict[str, dict[str, Any]]) -> str:
    """Tell the labels' threshold, or the lowest and the highest, in words.

    Examples
    --------
    >>> describe_range({"never": {"threshold": 0.55}, "all": {"threshold": 0.82}})
    'thresholds 0.55 to 0.82'
    """
    found = sorted({one["threshold"] for one in labels.values()})
    return f"thresholds {found[0]:g} to {found[-1]:g}" if found[1:] else f"threshold {found[0]:g}"


def describe_thresholds(found: dict[str, Any]) -> str:
    """Tell what chosen thresholds bring where they were chosen, and what not; "" if all is fixed.

    Examples
    --------
    >>> one = {"misses": 0.1, "false_reports_per_hour": 0.0, "reached_on_validation": True}
    >>> describe_thresholds({"target_false_alarms_per_hour": None, "labels": {"never": one}})
    ''
    >>> chosen = {"target_false_alarms_per_hour": 5.0, "misses": 0.2, "labels": {"never": one}}
    >>> chosen |= {"false_reports_per_hour": 3.0, "false_reports_per_hour_ci95": [0.6, 8.8]}
    >>> chosen["too_short"] = None
    >>> describe_thresholds(chosen)
    'hears 80.0% of validation at 3.0 false reports an hour (95 % interval 0.6 to 8.8; target 5)'
    """
    target = found["target_false_alarms_per_hour"]
    if target is None:
        return ""
    low, high = found["false_reports_per_hour_ci95"]
    labels = found["labels"].items()
    beyond = {
        name: one["false_reports_per_hour"]
        for name, one in labels
        if not one["reached_on_validation"]
    }
    unheard = [name for name, one in labels if one["misses"] == 1]
    text = (
        f"hears {1 - found['misses']:.1%} of validation at {found['false_reports_per_hour']:.1f} "
        f"false reports an hour (95 % interval {low:.1f} to {high:.1f}; target {target:g})"
    )
    if beyond:
        told = ", ".join(f"{name} {rate:.1f}" for name, rate in beyond.items())
        text += f"; no threshold keeps within its share of the target, at best an hour: {told}"
    if unheard:
        text += f"; never heard at its threshold: {', '.join(unheard)}"
    if found["too_short"]:
        text += f"; {found['too_short']}"
    return text


def describe_origin(origin: str) -> str:
    """Say who or what made a recording.

    Examples
    --------
    >>> describe_origin("own"), describe_origin("espeak")
    ('recorded', 'synthetic speech, espeak-ng')
    """
    if origin == OWN:
        return "recorded"
    if origin == NOISE:
        return "noise, computed"
    return f"synthetic speech, {ENGINE_TITLES.get(origin, origin)}"


def describe_processor(environment: dict[str, Any]) -> str:
    """Describe the processor's type and extensions."""
    return f"{environment['machine']} with {', '.join(environment['extensions']) or 'no extension'}"
