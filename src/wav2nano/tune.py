"""Find the best settings of an experiment, by its score on validation."""

import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from wav2nano import provenance
from wav2nano.errors import UserError
from wav2nano.experiments import Experiments
from wav2nano.files import as_written, read_json, write_text
from wav2nano.hashes import FileCache, hash_file
from wav2nano.provenance import settings_digest
from wav2nano.settings.base import NAME, PATTERNS
from wav2nano.settings.describe import as_yaml
from wav2nano.settings.load import PARAMS, SWEEPS, load_search, load_yaml
from wav2nano.settings.search import SearchSettings
from wav2nano.sweeps import Variant, describe_variant

if TYPE_CHECKING:
    from optuna import Study, Trial

HEADER = "# Written by wav2nano tune {name}: the variants that it has tried, the base first."
JOURNAL = "results/comparison/tune_{name}.journal"
MOST_REFUSED = 100  # in a row: then hardly anything in the search is possible
SHOWN = 5
FIRST_STOPPED = 5  # trainings that are never stopped: the others are compared with them
EPOCHS_LEFT_ALONE = 5  # of each
POLL_SECONDS = 0.5

# What a training says of itself.
EPOCH = re.compile(r"^epoch (\d+)/\d+: .* best (\d+\.\d+) at epoch", re.MULTILINE)


def tune(search: str, *, cores: int = 2) -> None:
    """Search for the best settings of an experiment, and rank what was tried.

    A trial is a variant of the sweep of the same name, which this writes, and is built by Snakemake
    as far as its score on validation. What the settings say cannot run on the board is not trained,
    and a training that lags behind the others is stopped. A search that was interrupted, or is to
    have more trials, continues.

    Parameters
    ----------
    search
        A file in config/searches/, without .yaml.
    cores
        For Snakemake.

    Raises
    ------
    UserError
        If the search is not valid, or a variant cannot be built.
    """
    if cores < 1:
        raise UserError("--cores must be 1 or more.")
    if not re.fullmatch(NAME, search):
        raise UserError(f"{search!r} is no name of a search: it should {PATTERNS[NAME]}.")
    settings = load_search(search)
    sweep = _Sweep(search, settings)
    study = _open_study(search, settings)
    tried = [(sweep.base_score(cores), "the base")]
    _say(f"{tried[0][0]:.4f}  the base, {settings.base}")
    started, refused = time.monotonic(), 0
    while (done := len(_trained(study))) < settings.trials:
        if settings.minutes is not None and time.monotonic() - started > 60 * settings.minutes:
            _say(f"{settings.minutes:g} minutes are over.")
            break
        trial = study.ask()
        variant = _draw(trial, settings)
        trial.set_user_attr("variant", variant)
        before = [one.user_attrs["variant"] for one in _complete(study)]
        try:
            name = sweep.add(before, variant)
        except UserError as error:
            _tell(study, trial, "PRUNED")
            refused += 1
            if refused == MOST_REFUSED:
                raise UserError(
                    f"{MOST_REFUSED} variants in a row are not possible, the last because of "
                    f"this. Change config/searches/{search}.yaml.\n{error}"
                ) from None
            continue
        refused = 0
        try:
            score = sweep.score(name, cores, _lags(trial) if settings.stop_early else None)
        except UserError:
            _tell(study, trial, "FAIL")
            raise
        if score is None:
            _tell(study, trial, "PRUNED")
            sweep.write(before)
        else:
            study.tell(trial, score)
        said = "stopped" if score is None else f"{score:.4f} "
        _say(f"{said} {done + 1} of {settings.trials}: {describe_variant(variant)}")
    variants = [one.user_attrs["variant"] for one in _complete(study)]
    sweep.write(variants)
    tried += [(one.value, describe_variant(one.user_attrs["variant"])) for one in _complete(study)]
    print("Macro F1 on validation, of the int8 model:")
    for score, text in sorted(dict.fromkeys(tried), key=lambda item: -item[0])[:SHOWN]:
        print(f"{score:.4f}  {text}")
    print(
        f"They are the sweep {search}: `snakemake --cores {cores} sweep_{search}` builds the rest "
        "of each, and compares them on the test set."
    )


class _Sweep:
    """The sweep that consists of the trials; its file is written anew for each."""

    def __init__(self, name: str, settings: SearchSettings) -> None:
        self._name, self._settings = name, settings
        self._path = SWEEPS / f"{name}.yaml"
        self._header = HEADER.format(name=name)
        self._defaults = load_yaml(PARAMS)
        # The same memory as the workflow has: recordings are not read again for each trial.
        self._files = FileCache(".snakemake/files.json", version=hash_file(provenance.__file__))
        if self._path.exists() and self._header not in self._path.read_text(encoding="utf-8"):
            raise UserError(
                f"{self._path} is a sweep of its own, and the search would write there. Rename "
                "one of them."
            )
        goal = self._experiments()[settings.base].settings.goal
        # All other variants differ from this one in all that is searched, so that their names
        # stay the same whatever is tried later.
        self._base = {"goal": goal}

    def base_score(self, cores: int) -> float:
        """Score of the base itself."""
        score = self.score(self.write([]), cores)
        assert score is not None  # nothing stops it
        return score

    def add(self, before: Sequence[Variant], variant: Variant) -> str:
        """Add a variant to those that were tried; gives its name.

        Raises
        ------
        UserError
            If it is not possible. It is not in the sweep then.
        """
        name = self.write([*before, variant])
        try:
            self._experiments()[name]
        except UserError:
            self.write(before)
            raise
        return name

    def write(self, variants: Sequence[Variant]) -> str:
        """Write the sweep; gives the name of the last variant, which may stand there before."""
        rows: list[Variant] = [self._base]
        for variant in variants:
            if variant not in rows:
                rows.append(variant)
        table = "\n".join(f"  - {as_yaml(row)}" for row in rows)
        write_text(self._path, f"{self._header}\nbase: {self._settings.base}\n\ntable:\n{table}\n")
        names = self._experiments().variants(self._name)
        return names[rows.index(variants[-1])] if variants else names[0]

    def score(
        self, name: str, cores: int, lags: Callable[[int, float], bool] | None = None
    ) -> float | None:
        """Build a variant as far as its score on validation; None if it was stopped.

        `lags` tells from an epoch and the least loss so far whether to stop.

        Raises
        ------
        UserError
            If it cannot be built.
        """
        file = Path(f"results/{name}/evaluation/evaluation.json")
        command = ["snakemake", "--cores", str(cores), "--quiet", "rules", "--", str(file)]
        # What the jobs say, figures on the test set among it, is in logs/.
        log = Path(f"logs/{name}/train_model.log")
        status = run_watched([sys.executable, "-m", *command], log, lags)
        if status is None:
            return None
        if status:
            raise UserError(
                f"{name} could not be built: see above. Run the command again to go on with others."
            )
        scored = read_json(file)
        with as_written(file):
            return float(scored["validation"]["int8"]["macro_f1"])

    def _experiments(self) -> Experiments:
        return Experiments(self._defaults, sha256=self._files.sha256)


def run_watched(
    command: Sequence[str], log: Path, lags: Callable[[int, float], bool] | None
) -> int | None:
    """Run a command, and stop it if what a training writes to a log meanwhile says so.

    Parameters
    ----------
    command
        It and all that it starts are stopped as by Ctrl-C.
    log
        Of the training; what was there before is not read.
    lags
        (epoch, least validation loss so far) to whether to stop; None never stops.

    Returns
    -------
    int or None
        The exit status, None if it was stopped.
    """
    before = log.stat().st_mtime_ns if log.exists() else 0
    seen, stopping = 0, threading.Event()
    run = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    telling = threading.Thread(target=_tell_until, args=(run.stderr, stopping))
    telling.start()
    try:
        while lags is not None:
            try:
                return run.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                pass
            if not log.exists() or log.stat().st_mtime_ns == before:
                continue
            found = EPOCH.findall(log.read_text(encoding="utf-8", errors="replace"))
            for epoch, loss in found[seen:]:
                if lags(int(epoch), float(loss)):
                    stopping.set()  # what it says of that is no error
                    _interrupt(run)
                    return None
            seen = len(found)
        return run.wait()
    except BaseException:
        _interrupt(run)
        raise
    finally:
        telling.join()


def _tell_until(said: IO[bytes], stopping: threading.Event) -> None:
    """Pass on what a command says, until it is stopped."""
    for line in said:
        if not stopping.is_set():
            sys.stderr.write(line.decode(errors="replace"))
            sys.stderr.flush()


def _interrupt(run: "subprocess.Popen[bytes]") -> None:
    """Stop a command and all that it has started, and wait until it has cleared up."""
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGINT)
        run.wait()


def _lags(trial: "Trial") -> Callable[[int, float], bool]:
    """Make a function that tells whether a trial's training lags behind those of the others."""

    def lags(epoch: int, loss: float) -> bool:
        trial.report(-loss, epoch)  # the study looks for the greatest
        return trial.should_prune()

    return lags


def _open_study(name: str, settings: SearchSettings) -> "Study":
    """Open what earlier runs found out, and take up what was interrupted."""
    try:
        import optuna
    except ImportError:
        raise UserError("wav2nano tune needs Optuna: pip install 'wav2nano[tune]'") from None
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = Path(JOURNAL.format(name=name))
    path.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(path))),
        study_name=name,
        direction="maximize",
        load_if_exists=True,
    )
    study.pruner = optuna.pruners.MedianPruner(FIRST_STOPPED, EPOCHS_LEFT_ALONE)
    # The same seed after each start would draw the same again.
    study.sampler = optuna.samplers.TPESampler(seed=settings.seed + len(study.trials))
    searched = settings_digest(settings.model_dump(include={"base", "choices", "ranges"}))
    if study.user_attrs.setdefault("searched", searched) != searched:
        raise UserError(
            f"config/searches/{name}.yaml searches something else than before. Rename it, or "
            f"delete {path} to begin again."
        )
    study.set_user_attr("searched", searched)
    for trial in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        if len(trial.params) == len(settings.choices) + len(settings.ranges):
            study.enqueue_trial(trial.params)
    return study


def _draw(trial: "Trial", settings: SearchSettings) -> Variant:
    """Let the study choose a value of each setting."""
    variant: dict[str, Any] = {}
    for key, values in settings.choices.items():
        # As text, since some values are lists.
        chosen = trial.suggest_categorical(key, [json.dumps(value) for value in values])
        variant[key] = json.loads(str(chosen))
    for key, limits in settings.ranges.items():
        high = limits.high
        if limits.step is not None:  # Optuna warns of a last step that is shorter
            high = limits.low + limits.step * math.floor((high - limits.low) / limits.step + 1e-9)
        value = trial.suggest_float(key, limits.low, high, step=limits.step, log=limits.log)
        variant[key] = limits.as_setting(value)
    return variant


def _complete(study: "Study") -> list[Any]:
    return [trial for trial in study.trials if trial.state.name == "COMPLETE"]


def _trained(study: "Study") -> list[Any]:
    """Trials that took time: also those that were stopped, but not what was refused at once."""
    stopped = [trial for trial in study.trials if trial.state.name == "PRUNED"]
    return [*_complete(study), *(trial for trial in stopped if trial.intermediate_values)]


def _tell(study: "Study", trial: "Trial", state: str) -> None:
    from optuna.trial import TrialState

    study.tell(trial, state=TrialState[state])


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
