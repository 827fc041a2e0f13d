"""What the workflow knows about experiments before any job: settings, data and file names.

What experiments share (synthetic speech, windows, features) is named by a digest of exactly the
settings that it depends on.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from wav2nano import features, models, network_cost, sketch_memory
from wav2nano.arpabet import words_in
from wav2nano.audio import header_seconds
from wav2nano.background import MUSIC, SPEECH, check_background, require_folder
from wav2nano.boards import Board, find_board
from wav2nano.dataset.join import is_joined, join_recordings
from wav2nano.dataset.scan import Source, explain_no_recordings, scan_recordings
from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings
from wav2nano.labelled_recording import (
    check_end,
    check_recording,
    passed_over,
    read_targets,
    require_file,
)
from wav2nano.mixed_track import check_room, planned_targets
from wav2nano.model_files import ModelFile, models_of
from wav2nano.other_trainings import (
    FOLD,
    MOST_FOLDS,
    RANDOM_SPLIT,
    SEED,
    Changes,
    divide_name,
    folds_of_groups,
    name_of_fold,
    name_of_seed,
    official_folds,
    settings_of,
)
from wav2nano.provenance import settings_digest
from wav2nano.recording_files import in_dvc, list_recordings
from wav2nano.settings.base import NAME, SEEDS
from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.experiment import ExperimentSettings
from wav2nano.settings.load import (
    DATASETS,
    EXPERIMENTS,
    PARAMS,
    SWEEPS,
    Layer,
    combine,
    existing_file,
    load_dataset,
    load_yaml,
    read_experiment,
)
from wav2nano.settings.split import SplitPlan
from wav2nano.sweeps import describe_variant, read_variants, sweep_of, unfold
from wav2nano.synthesis.confusable import expect_confusion, refuse_same
from wav2nano.synthesis.languages import LANGUAGES
from wav2nano.synthesis.near_misses import unlike
from wav2nano.synthesis.phonemes import with_phonemes
from wav2nano.synthesis.planning import check_speakable
from wav2nano.synthesis.voices import engine_voices, present
from wav2nano.tables.recordings import (
    BACKGROUND,
    OWN,
    SILENCE,
    UNKNOWN,
    asked_label,
    check_label,
    slug,
)
from wav2nano.tables.split import PARTS, require_groups

SYNTHETIC = "synthetic"  # stands for the data set where recordings are spoken here
TEACHER: FeatureSettings = features.KINDS["speech_embedding"].Settings()  # type: ignore[call-arg]
COMPARISONS = "comparison"  # folder of results that is no experiment's
MOST_MIXED_HOURS = 2.0
DIGITS = 8  # of a digest in a file's name


@dataclass(frozen=True)
class Archive:
    """Recordings of one label that are to be synthesised."""

    name: str
    label: str
    labels: list[str]  # words that other words must not be
    rate: int
    synthesis: dict[str, Any]


@dataclass(frozen=True)
class Experiment:
    """An experiment with its data set.

    `file` is where it is described, for messages; `archives` are by name; `joined` are the data
    sets whose recordings join in; `sources` are its own recordings and these; `background` are
    those that tracks for detection are made of, `recording` is the one that it is tested on and its
    table, with their hashes. `other_training` is named where it differs from another experiment
    only in its split or seed.
    """

    name: str
    other_training: str | None
    file: str
    settings: ExperimentSettings
    dataset: DatasetSettings
    archives: dict[str, Archive]
    joined: list[DatasetSettings]
    sources: list[Source]
    background: dict[Path, str]
    recording: dict[Path, str]

    @property
    def background_digest(self) -> str:
        """Hash of the recordings that tracks for detection are made of."""
        return _digest_of_files(self.background)

    @property
    def recording_digest(self) -> str:
        """Hash of the long recording that detection is tested on, and its table."""
        return _digest_of_files(self.recording)

    @property
    def board(self) -> Board:
        """The board that the firmware is for."""
        return find_board(self.settings.firmware.board)

    @cached_property
    def chunking_name(self) -> str:
        """Name of the way recordings are cut."""
        chunking = self.settings.chunking
        return f"{chunking.rate}hz-{short_digest(chunking.model_dump())}"

    @cached_property
    def augmentation_name(self) -> str:
        """Name of the way recordings are cut and the windows altered."""
        return f"{self.chunking_name}+{short_digest(self.settings.augmentation.model_dump())}"

    @cached_property
    def features_name(self) -> str:
        """Name of the features' settings."""
        return features_name(self.settings.features)

    @cached_property
    def feature_settings(self) -> dict[str, FeatureSettings]:
        """Settings of its features and, if it has a teacher, of the teacher's, by their names."""
        teacher = [TEACHER] * (self.settings.training.teacher is not None)
        return {features_name(used): used for used in (self.settings.features, *teacher)}

    @cached_property
    def shards(self) -> list[tuple[str, str]]:
        """(data set or synthetic, shard) of each file of windows."""
        spoken = [(SYNTHETIC, name) for name in self.archives]
        return [*self.own_shards, *self.joined_shards, *spoken]

    @cached_property
    def own_shards(self) -> list[tuple[str, str]]:
        """Data set and shard of its own recordings."""
        own = {source.shard for source in self.sources if source.dataset == self.dataset.name}
        return [(self.dataset.name, shard) for shard in sorted(own)]

    @cached_property
    def joined_shards(self) -> list[tuple[str, str]]:
        """Data set and shard of recordings that join in."""
        found = {(source.dataset, source.shard) for source in self.sources}
        return sorted(found.difference(self.own_shards))

    def windows(self, *, augmented: bool = False) -> list[str]:
        """Files of windows; or of altered copies of them, of which there may be none."""
        return self._of_shards("data/windows/{dataset}/{cut}/{shard}.h5", augmented)

    def features(self, *, augmented: bool = False) -> list[str]:
        """Files of features of the windows, or of altered copies of them."""
        return self._features(self.features_name, augmented)

    def embeddings(self, *, augmented: bool = False) -> list[str]:
        """Files of what a teacher hears in them; none without a teacher."""
        if self.settings.training.teacher is None:
            return []
        return self._features(features_name(TEACHER), augmented)

    def published_models(self) -> list[ModelFile]:
        """List networks that others trained, which its features, its own or its teacher need."""
        kinds = [kind for used in self.feature_settings.values() for kind in used.kinds]
        architecture = models.ARCHITECTURES[self.settings.model.architecture]
        users = [*(features.KINDS[kind] for kind in kinds), architecture]
        return list(models_of(users).values())

    def _features(self, name: str, augmented: bool) -> list[str]:
        return self._of_shards(f"data/features/{{dataset}}/{{cut}}/{name}/{{shard}}.h5", augmented)

    def _of_shards(self, place: str, augmented: bool) -> list[str]:
        if augmented and not self.settings.augmentation.copies:
            return []
        cut = self.augmentation_name if augmented else self.chunking_name
        return [
            place.format(dataset=dataset, cut=cut, shard=shard) for dataset, shard in self.shards
        ]

    def tables(self) -> list[str]:
        """Tables of synthetic and own recordings that the experiment selects from."""
        spoken = [f"data/synthetic/{name}.csv" for name in self.archives]
        return [*spoken, *([f"data/index/{self.dataset.name}.csv"] if self.own_shards else [])]

    def joined_tables(self) -> list[str]:
        """Tables of the recordings that join in."""
        return [f"data/index/{dataset}/{shard}.csv" for dataset, shard in self.joined_shards]

    def shared_files(self) -> list[str]:
        """All files that other experiments may also use."""
        archives = [f"data/synthetic/{name}.zip" for name in self.archives]
        plain = [*self.windows(), *self.features()]
        augmented = [*self.windows(augmented=True), *self.features(augmented=True)]
        taught = [*self.embeddings(), *self.embeddings(augmented=True)]
        tables = [*self.tables(), *self.joined_tables()]
        return [*archives, *tables, *plain, *augmented, *taught]

    def licences(self) -> dict[str, str]:
        """Licences by what has them: own recordings, voices, networks that others trained."""
        found = {self.dataset.title: self.dataset.licence} if self.own_shards else {}
        found |= {joined.title: joined.licence for joined in self.joined}
        for name in self.engines():
            assert self.dataset.synthesis is not None  # else nobody speaks
            synthesis = self.dataset.synthesis
            groups = engine_voices(name, synthesis.engines.chosen[name], synthesis.language)
            texts = dict.fromkeys(voice.licence for voices in groups for voice in voices)
            found[f"voices of {name}"] = "; ".join(texts)
        found |= {model.title: model.licence for model in self.published_models()}
        return found

    def engines(self) -> list[str]:
        """Speech engines that are to be heard; in noise the first of them babbles."""
        heard: set[str] = set()
        for archive in self.archives.values():
            names = list(archive.synthesis["engines"])
            babbles = "babble" in archive.synthesis["acoustics"]["noise"]["kinds"]
            heard |= {*names} if archive.label != SILENCE else {*names[:1]} if babbles else set()
        return sorted(heard)

    def first_voices(self) -> dict[str, str]:
        """First voice of each engine that is to be heard: it is asked how words are read."""
        synthesis = self.dataset.synthesis
        if synthesis is None:
            return {}
        chosen, language = synthesis.engines.chosen, synthesis.language
        return {
            name: engine_voices(name, chosen[name], language)[0][0].name for name in self.engines()
        }

    @property
    def words(self) -> list[str]:
        """Labels that are words to be spoken."""
        return _words(self.settings)

    @property
    def pronunciations(self) -> dict[str, str]:
        """Phonemes that are given, by words of labels."""
        synthesis = self.dataset.synthesis
        given = synthesis.pronunciations or {} if synthesis else {}
        words = (word for label in self.words for word in words_in(label))
        return {word: given[word] for word in words if word in given}

    def other_trainings(self) -> list[str]:
        """Experiments that are wanted with this one, and differ only in their split or seed."""
        wanted = [RANDOM_SPLIT] if self.settings.evaluation.random_split_too else []
        wanted += map(name_of_fold, self.folds())
        wanted += map(name_of_seed, self.seeds()[1:])
        return [f"{self.name}.{name}" for name in wanted]

    def seeds(self) -> list[int]:
        """Seeds of the trainings that are averaged, of which the first is the experiment's own."""
        first = self.settings.training.seed
        return list(range(first, first + self.settings.evaluation.seeds))

    @property
    def split_name(self) -> str:
        """Name of the experiment whose split it has: with another seed, that of its namesake."""
        has_other_seed = (self.other_training or "").startswith(SEED)
        return divide_name(self.name)[0] if has_other_seed else self.name

    def folds(self) -> list[str]:
        """Folds of cross-validation that are wanted; none where there are no recordings yet.

        Raises
        ------
        UserError
            If one does not exist.
        """
        wanted = self.settings.evaluation.folds
        if wanted is None or not self.sources:
            return []
        found = list(self.possible_folds())
        unknown = [] if wanted == "all" else [fold for fold in wanted if fold not in found]
        if unknown:
            raise UserError(
                f"evaluation.folds: there is no fold {unknown[0]}. Folds are: {', '.join(found)}."
            )
        return found if wanted == "all" else wanted

    def possible_folds(self) -> dict[str, Changes]:
        """List folds of cross-validation, with what each changes in the plan of the split.

        Raises
        ------
        UserError
            If the recordings are split in a way that has no folds.
        """
        policy = self.settings.split.policy or self.dataset.split.policy
        if policy == "official":
            return official_folds(source.fold for source in self.sources if source.fold)
        if policy == "group":
            groups = (group_of(source) for source in self.sources)
            return folds_of_groups(groups, self.settings.evaluation.groups_per_fold)
        raise UserError(
            "evaluation.folds: folds are official ones or sets of groups, but split.policy is "
            f"{policy}. Set split.policy: group or official, or evaluation.folds: null."
        )

    @property
    def policy(self) -> str:
        """How it is split."""
        return "random" if self.other_training == RANDOM_SPLIT else self.split_plan().policy

    def split_plan(self) -> SplitPlan:
        """How to split: as the experiment says, otherwise as the data set does."""
        own = self.dataset.split
        policy = self.settings.split.policy or own.policy
        folds = {}
        if policy == "official":
            if own.test is None:
                raise UserError(
                    f"{self.file}:\n  split.policy: the data set {self.dataset.name} has no "
                    "official folds. Choose another policy."
                )
            folds = {"test": own.test}
            if own.validation is not None:
                folds["validation"] = own.validation
        plan = {**self.settings.split.model_dump(), "policy": policy, "folds": folds}
        if self.other_training and self.other_training.startswith(FOLD):
            changes = {name_of_fold(name): found for name, found in self.possible_folds().items()}
            if self.other_training not in changes:
                raise UserError(
                    f"{self.file}:\n  There is no {self.other_training}. There are: "
                    f"{', '.join(changes) or 'none'}."
                )
            plan |= changes[self.other_training]
        return SplitPlan(**plan)


def features_name(settings: FeatureSettings) -> str:
    """Name of features of these settings."""
    return f"{settings.kind}-{short_digest(settings.model_dump())}"


def group_of(source: Source) -> str:
    """Group of a recording, as it is in the manifest."""
    return f"{OWN}/{source.group}"


def short_digest(settings: Any) -> str:
    """Digits of a digest that tell settings apart in a file's name."""
    return settings_digest(settings)[:DIGITS]


class Experiments:
    """Experiments by name, each read and checked once.

    Parameters
    ----------
    defaults
        What params.yaml holds.
    sha256
        Hash of a file, remembered if possible.
    need_recordings
        Whether an experiment without recordings is refused.
    """

    def __init__(
        self,
        defaults: Mapping[str, Any],
        *,
        sha256: Callable[[Path], str],
        need_recordings: bool = True,
        root: Path | str = ".",
    ) -> None:
        self._defaults = defaults
        self._sha256 = sha256
        self._need_recordings = need_recordings
        self._root = Path(root)
        self._loaded: dict[str, Experiment] = {}
        self._described: dict[str, DatasetSettings] = {}
        self._datasets: dict[str, tuple[DatasetSettings, list[Source]]] = {}
        self._joined: dict[str, list[Source]] = {}
        self._settings: dict[str, tuple[ExperimentSettings, str]] = {}
        self._sweeps: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {}
        self._engines: dict[str, list[str]] = {}
        self._layers: dict[str, Layer] = {}

    def __getitem__(self, name: str) -> Experiment:
        """Read, check and remember an experiment.

        Raises
        ------
        UserError
            If there is no such experiment, a setting is wrong, or there are no recordings.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def dataset(self, name: str) -> tuple[DatasetSettings, list[Source]]:
        """Give a data set, and the user's recordings of it."""
        if name not in self._datasets:
            dataset = self._describe(name)
            self._require_pulled(dataset)
            sources = scan_recordings(dataset, root=self._root, sha256=self._sha256)
            self._datasets[name] = dataset, sources
        return self._datasets[name]

    def _require_pulled(self, dataset: DatasetSettings) -> None:
        missing = not (self._root / dataset.recordings).exists()
        if missing and (told := in_dvc(dataset.recordings, self._root)):
            raise UserError(told)

    def shard(self, dataset: str, shard: str) -> list[Source]:
        """Give the recordings of a shard: own ones, or such as join an experiment."""
        if is_joined(shard):
            what = f"the recordings {shard} of {dataset}"
            sources = self.find(what, lambda e: (dataset, shard) in e.joined_shards).sources
        else:
            _, sources = self.dataset(dataset)
        return [one for one in sources if (one.dataset, one.shard) == (dataset, shard)]

    def _describe(self, name: str) -> DatasetSettings:
        """Read what a data set is, once: many experiments may share it."""
        if name not in self._described:
            self._described[name] = load_dataset(name, root=self._root)
        return self._described[name]

    def find(self, what: str, holds: Callable[[Experiment], bool]) -> Experiment:
        """Find an experiment that uses something shared: a loaded one, else any with a file."""
        for experiment in list(self._loaded.values()):
            if holds(experiment):
                return experiment
        for name in self.names(whole=False):
            try:
                if holds(self[name]):
                    return self[name]
            except UserError:
                continue  # another experiment's mistake
        raise UserError(f"No experiment uses {what}.")

    def names(self, *, whole: bool = True) -> list[str]:
        """All experiments that have a file, and the variants of all sweeps.

        Parameters
        ----------
        whole
            Whether a sweep that is not valid is an error; else it is left out.

        Raises
        ------
        UserError
            If a sweep is not valid.
        """
        found = self.files()
        for sweep in self.sweeps():
            try:
                found += self.variants(sweep)
            except UserError:
                if whole:
                    raise
        return found

    def files(self) -> list[str]:
        """All experiments that have a file.

        Raises
        ------
        UserError
            If a file's name is none for an experiment.
        """
        return _names_in(EXPERIMENTS, self._root)

    def sweeps(self) -> list[str]:
        """All sweeps.

        Raises
        ------
        UserError
            If a file's name is none for a sweep.
        """
        return _names_in(SWEEPS, self._root)

    def variants(self, sweep: str) -> list[str]:
        """Experiments of a sweep.

        Raises
        ------
        UserError
            If there is no such sweep, or it is not valid.
        """
        return list(self._read_sweep(sweep)[1])

    def _read_sweep(self, sweep: str) -> tuple[str, dict[str, dict[str, Any]]]:
        if sweep not in self._sweeps:
            self._sweeps[sweep] = read_variants(existing_file(sweep, SWEEPS, self._root, "sweep"))
        return self._sweeps[sweep]

    def settings(self, name: str) -> tuple[ExperimentSettings, str]:
        """Read the settings of an experiment, and name the file that holds them.

        Raises
        ------
        UserError
            If there is no such experiment, or a setting is wrong.
        """
        if name not in self._settings:
            self._settings[name] = self._read_settings(name)
        return self._settings[name]

    def _read_settings(self, name: str) -> tuple[ExperimentSettings, str]:
        own, other_training = divide_name(name)
        layers = [(str(PARAMS), self._defaults)]
        sweep = sweep_of(own)
        if sweep is None:
            layers.append(self._layer(own))
        else:
            base, variants = self._read_sweep(sweep)
            if own not in variants:
                raise UserError(
                    f"{SWEEPS / sweep}.yaml has no variant {own}. Its variants are: "
                    f"{', '.join(variants)}"
                )
            file = f"{SWEEPS / sweep}.yaml, {describe_variant(variants[own])}"
            layers += [self._layer(base), (file, unfold(variants[own]))]
        file = layers[-1][0]
        if other_training:
            layers.append((file, settings_of(other_training)))
        return combine(*layers), file

    def _layer(self, name: str) -> Layer:
        """Read what differs in an experiment that has a file, once: a sweep varies it often."""
        if name not in self._layers:
            self._layers[name] = read_experiment(name, root=self._root)
        return self._layers[name]

    def _load(self, name: str) -> Experiment:
        settings, file = self.settings(name)
        joined = self._datasets_to_join(file, settings, self._describe(settings.dataset))
        dataset, own = self.dataset(settings.dataset)
        sources = [*own, *self._join(settings, dataset, joined)]
        spoken = _spoken_labels(file, settings, dataset)
        needed = not spoken or settings.split.synthetic == "train"
        if needed and not sources and self._need_recordings:
            raise UserError(explain_no_recordings(dataset))
        there = self._spoken(spoken, settings, dataset)
        archives = there or self._to_be_spoken(spoken, settings, dataset)
        other_training = divide_name(name)[1]
        background = self._background(file, settings, sources) if self._need_recordings else {}
        experiment = Experiment(
            name,
            other_training,
            file,
            settings,
            dataset,
            {archive.name: archive for archive in archives},
            joined,
            sources,
            background,
            self._recording(file, settings, sources, background) if self._need_recordings else {},
        )
        check(experiment, is_spoken=bool(there))
        return experiment

    def _datasets_to_join(
        self, file: str, settings: ExperimentSettings, dataset: DatasetSettings
    ) -> list[DatasetSettings]:
        """Read and check the data sets whose recordings join an experiment's."""
        try:
            found = [self._describe(name) for name in settings.join.datasets]
            _check_join(settings, dataset, found)
            there = [joined for joined in found if self._is_there(joined)]
            for joined in found if self._need_recordings else []:
                self._require_pulled(joined)
                if joined not in there:
                    raise UserError(f"join.datasets: {explain_no_recordings(joined)}")
        except UserError as error:
            raise UserError(f"{file}:\n  {error}") from None
        return there

    def _is_there(self, dataset: DatasetSettings) -> bool:
        folder = self._root / dataset.recordings
        return folder.is_dir() and any(folder.iterdir())

    def _join(
        self,
        settings: ExperimentSettings,
        dataset: DatasetSettings,
        joined: Iterable[DatasetSettings],
    ) -> list[Source]:
        """Draw recordings of the labels from other data sets, once for all that draw alike."""
        synthesis, labels = dataset.synthesis, settings.labels or []
        given = synthesis.pronunciations or {} if synthesis else {}
        said = [with_phonemes(label.replace("_", " "), given) for label in _named(labels)]
        found = []
        for one in joined:
            key = short_digest([one.name, sorted(labels), said, settings.join.model_dump()])
            if key not in self._joined:
                self._joined[key] = join_recordings(
                    one,
                    settings.join,
                    labels,
                    said=said,
                    unlike=partial(_unlike, language=one.language or ""),
                    sha256=self._sha256,
                    root=self._root,
                )
            found += self._joined[key]
        return found

    def list_missing(self, name: str) -> list[str]:
        """Say of which labels the data sets that join an experiment have no recording, a line each.

        Raises
        ------
        UserError
            If there is no such experiment, or a setting is wrong.
        """
        experiment = self[name]
        lines = []
        for joined in experiment.joined:
            there = {one.label for one in experiment.sources if one.dataset == joined.name}
            missing = [
                label for label in _named(experiment.settings.labels or []) if label not in there
            ]
            if missing:
                lines.append(
                    f"join: {joined.name} has no recording of {', '.join(missing)}: learnt from "
                    "other recordings alone"
                )
        return lines

    def list_passed_over(self, name: str) -> list[str]:
        """Say which labels in the table of its long recording are not reported, in a line at most.

        Raises
        ------
        UserError
            If there is no such experiment, or a setting is wrong.
        """
        experiment = self[name]
        recording = experiment.settings.detection.recording
        if recording is None or not experiment.recording:
            return []
        labels = _reported(experiment.settings, experiment.sources)
        found = passed_over(self._root / recording.targets, labels)
        told = f"detection.recording: {recording.targets} has labels that are not reported: "
        return [told + ", ".join(found)] if found else []

    def _background(
        self, file: str, settings: ExperimentSettings, sources: list[Source]
    ) -> dict[Path, str]:
        """Hash and check what tracks for detection are made of, if they are not of the split."""
        if settings.detection.background is None or settings.goal != "firmware":
            return {}
        try:
            folder = require_folder(settings.detection.background, self._root)
            paths = [folder / name for name in list_recordings(self._root / folder)]
            hashes = {path: self._sha256(self._root / path) for path in paths}
            others = {source.sha256: source.path for source in sources}
            mixed = settings.detection.recipe == "mlperf_tiny"
            check_background(folder, hashes, others, (SPEECH, MUSIC) if mixed else ())
        except UserError as error:
            raise UserError(f"{file}:\n  {error}") from None
        return hashes

    def _recording(
        self,
        file: str,
        settings: ExperimentSettings,
        sources: list[Source],
        background: dict[Path, str],
    ) -> dict[Path, str]:
        """Hash and check the recording that detection is tested on, and its table."""
        if settings.detection.recording is None or settings.goal != "firmware":
            return {}
        try:
            audio = require_file(settings.detection.recording.audio, "audio", self._root)
            table = require_file(settings.detection.recording.targets, "targets", self._root)
            found = read_targets(self._root / table, _reported(settings, sources))
            check_end(audio, header_seconds(self._root / audio), table, found[-1][1])
            hashes = {path: self._sha256(self._root / path) for path in (audio, table)}
            others = {source.sha256: source.path for source in sources}
            others |= {sha: path for path, sha in background.items()}
            check_recording(audio, hashes[audio], others)
        except UserError as error:
            raise UserError(f"{file}:\n  {error}") from None
        return hashes

    def engines(self, name: str) -> list[str]:
        """Speech engines that have yet to speak for an experiment, whether they can here or not.

        Raises
        ------
        UserError
            If there is no such experiment, a setting is wrong, or a voice is unknown.
        """
        settings, file = self.settings(name)
        dataset = self._describe(settings.dataset)
        spoken = _spoken_labels(file, settings, dataset)
        if dataset.synthesis is None or self._spoken(spoken, settings, dataset):
            return []
        chosen = dataset.synthesis.engines.chosen
        for engine in chosen:
            engine_voices(engine, chosen[engine], dataset.synthesis.language)
        return list(chosen)

    def expect_confusion(self, name: str) -> list[str]:
        """Say which words that have yet to be spoken for an experiment are apt to be confused.

        Raises
        ------
        UserError
            If there is no such experiment, or a setting is wrong.
        """
        synthesis = self._describe(self.settings(name)[0].dataset).synthesis
        words = _words(self.settings(name)[0])
        return expect_confusion(words, synthesis) if synthesis and self.engines(name) else []

    def _to_be_spoken(
        self, labels: list[str], settings: ExperimentSettings, dataset: DatasetSettings
    ) -> list[Archive]:
        """Gather recordings by the engines that can speak."""
        speaking = self._speaking(dataset) if labels else []
        return [_archive(label, settings, dataset, speaking) for label in labels]

    def _spoken(
        self, labels: Iterable[str], settings: ExperimentSettings, dataset: DatasetSettings
    ) -> list[Archive]:
        """Gather recordings by all engines, if all are there: pulled, or made before."""
        if dataset.synthesis is None:
            return []
        everyone = list(dataset.synthesis.engines.chosen)
        archives = [_archive(label, settings, dataset, everyone) for label in labels]
        there = (self._root / f"data/synthetic/{archive.name}.zip" for archive in archives)
        return archives if all(path.exists() for path in there) else []

    def _speaking(self, dataset: DatasetSettings) -> list[str]:
        """Speech engines of a data set that can speak here."""
        assert dataset.synthesis is not None
        if dataset.name not in self._engines:
            self._engines[dataset.name] = present(
                dataset.synthesis.engines.chosen, dataset.synthesis.language
            )
        return self._engines[dataset.name]


def _digest_of_files(hashes: dict[Path, str]) -> str:
    return settings_digest(sorted((str(path), sha) for path, sha in hashes.items()))


def _names_in(folder: Path, root: Path) -> list[str]:
    """Names of the YAML files in a folder of `config/`."""
    names = sorted(path.stem for path in (root / folder).glob("*.yaml"))
    for name in names:
        if not re.fullmatch(NAME, name):
            raise UserError(
                f"{folder}/{name}.yaml: a name consists of at most 100 letters, digits, _ and -, "
                "and begins with a letter or a digit. Rename the file."
            )
        if (folder, name) == (EXPERIMENTS, COMPARISONS):
            raise UserError(
                f"{folder}/{name}.yaml: results/{name} is for comparisons. Rename the file."
            )
    return names


def check(experiment: Experiment, *, is_spoken: bool) -> None:
    """Check that settings go together, before any job.

    If all words are spoken already, it was checked before that they are told apart.

    Raises
    ------
    UserError
        Naming the experiment's file, the setting and what would be right.
    """
    settings = experiment.settings
    try:
        shape = features.shape(
            settings.chunking.window_samples, settings.chunking.rate, settings.features
        )
        models.check(shape, settings.model, settings.features)
        _check_teacher(settings)
        _check_track(settings)
        _check_masks(settings)
        _check_labels(settings.labels)
        _check_words(experiment)
        if not is_spoken:
            _check_sounds(experiment)
        _check_board(experiment)
        _check_split(experiment)
        _check_folds(experiment)
        _check_groups(experiment)
        _check_seeds(experiment)
    except UserError as error:
        text = str(error)
        if text.startswith(experiment.file):
            raise
        raise UserError(f"{experiment.file}:\n  {text}") from None


def named_in(arguments: Iterable[str]) -> set[str]:
    """Experiments whose files a command line asks for.

    Examples
    --------
    >>> named_in(["--cores", "2", "results/digits/split.csv"])
    {'digits'}
    """
    place = re.compile(rf"(?:\./)?(?:results/(?!{COMPARISONS}/)([^/]+)/|metrics/([^/]+)\.json$)")
    found = map(place.match, arguments)
    return {match[1] or match[2] for match in found if match}


def sweeps_in(arguments: Iterable[str]) -> set[str]:
    """Sweeps that a command line asks for.

    Examples
    --------
    >>> sweeps_in(["sweep_example", "--cores", "2"])
    {'example'}
    """
    place = re.compile(r"(?:(?:\./)?results/comparison/)?sweep_([A-Za-z0-9_-]+)(?:\.\w+)?$")
    return {match[1] for match in map(place.match, arguments) if match}


def downloadable(root: Path | str = ".") -> list[str]:
    """List the data sets that can be downloaded."""
    files = sorted((Path(root) / DATASETS).glob("*.yaml"))
    return [file.stem for file in files if "download" in load_yaml(file)]


def _spoken_labels(file: str, settings: ExperimentSettings, dataset: DatasetSettings) -> list[str]:
    """Labels that are made by speech synthesis."""
    if settings.synthesize == "nothing":
        return []
    if dataset.synthesis is None:
        raise UserError(
            f"{file}:\n  synthesize: the data set {dataset.name} has no synthesis settings."
        )
    described = {UNKNOWN: dataset.synthesis.unknown, SILENCE: dataset.synthesis.silence}
    background = [label for label in BACKGROUND if described[label]]
    if settings.synthesize == "background":
        if not background:
            raise UserError(
                f"{file}:\n  synthesize: background is other words and noise, and the synthesis "
                f"settings of the data set {dataset.name} have neither `unknown` nor `silence`."
            )
        return background
    if settings.labels is None:
        raise UserError(f"{file}:\n  labels: a list is needed if words are to be synthesised.")
    return [*settings.labels, *background]


def _archive(
    label: str, settings: ExperimentSettings, dataset: DatasetSettings, speaking: Iterable[str]
) -> Archive:
    """Gather what a label's recordings depend on, and nothing else."""
    assert dataset.synthesis is not None
    left_out = {UNKNOWN: {"silence"}, SILENCE: {"unknown"}}.get(label, {"silence", "unknown"})
    synthesis = dataset.synthesis.model_dump(exclude=left_out, exclude_none=True)
    synthesis["engines"] = {name: synthesis["engines"][name] for name in speaking}
    if label != UNKNOWN and (given := synthesis.pop("pronunciations", None)):
        words = words_in(label) if label != SILENCE else []
        said = {word: given[word] for word in words if word in given}
        synthesis |= {"pronunciations": said} if said else {}
    labels = settings.labels or [] if label == UNKNOWN else []
    rate = settings.chunking.rate
    digest = short_digest([label, labels, rate, synthesis])
    return Archive(f"{slug(label)}-{digest}", label, labels, rate, synthesis)


def _check_join(
    settings: ExperimentSettings, dataset: DatasetSettings, joined: Sequence[DatasetSettings]
) -> None:
    """Check that data sets of words can join an experiment."""
    names = settings.join.datasets
    if dataset.joined_only:
        raise UserError(
            f"dataset: {dataset.name} is too large to be read as a whole. Set dataset: own, or "
            f"another one, and join: {{datasets: [{dataset.name}]}}."
        )
    if not joined:
        return
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"join.datasets: {twice[0]!r} is listed twice.")
    if settings.labels is None:
        raise UserError("labels: a list is needed if recordings of the labels are to join in.")
    _check_labels(settings.labels)
    policy = settings.split.policy or dataset.split.policy
    if policy != "group":
        problem = "would both train and test" if policy == "recording" else "have no part"
        raise UserError(
            f"join.datasets: with split.policy: {policy} speakers of other data sets {problem}. "
            "Set split.policy: group, or join.datasets: []."
        )
    language = dataset.synthesis.language if dataset.synthesis else dataset.language
    for one in joined:
        if one.name == dataset.name:
            raise UserError(f"join.datasets: {one.name} is the experiment's own data set.")
        if one.language is None:
            raise UserError(
                f"join.datasets: {one.name} is not of spoken words. If it is, say of which "
                f"language in {DATASETS / one.name}.yaml: language."
            )
        if language not in (None, one.language):
            raise UserError(
                f"join.datasets: {one.name} is in the language {one.language}, and {dataset.name} "
                f"in {language}. Choose another data set."
            )


def _named(labels: Iterable[str]) -> list[str]:
    """Labels but the background."""
    return [label for label in labels if label not in BACKGROUND]


def _reported(settings: ExperimentSettings, sources: Iterable[Source]) -> list[str]:
    """Labels that are reported, before it is known what is in the split."""
    return _named(settings.labels or sorted({source.label for source in sources}))


def _unlike(words: list[str], said: Sequence[str], language: str) -> list[str]:
    """Leave out what sounds the same as a label, if anybody knows how the language sounds."""
    return unlike(words, said, language=language) if language in LANGUAGES else words


def _check_labels(labels: list[str] | None) -> None:
    for label in labels or ():
        check_label(label, "labels")
    twice = sorted({label for label in labels or () if (labels or ()).count(label) > 1})
    if twice:
        raise UserError(f"labels: {twice[0]!r} is listed twice.")
    if labels is not None and not set(labels) - set(BACKGROUND):
        raise UserError("labels: there is nothing to recognise but the background.")


def _check_teacher(settings: ExperimentSettings) -> None:
    """Check that windows are such as the teacher was trained on."""
    if settings.training.teacher is None:
        return
    cut = settings.chunking
    try:
        features.shape(cut.window_samples, cut.rate, TEACHER)
    except UserError:
        least = TEACHER.frame_samples
        raise UserError(
            f"training.teacher: it hears {least} samples or more at 16000 Hz, and a window has "
            f"{cut.window_samples} at {cut.rate} Hz. Set chunking.rate: 16000 and "
            f"chunking.window_seconds: {least / 16000:.3g} or more, or training.teacher: null."
        ) from None


def _check_track(settings: ExperimentSettings) -> None:
    """Check that a mix, which is made at once, fits into memory, and its targets into it."""
    used = settings.detection
    if used.recipe != "mlperf_tiny":
        return
    if used.hours > MOST_MIXED_HOURS:
        raise UserError(
            f"detection.hours: a mix of {used.hours:g} hours would not fit into memory. Set at "
            f"most {MOST_MIXED_HOURS:g}, or detection.recipe: back_to_back."
        )
    seconds = 3600 * used.hours
    targets = planned_targets(seconds, used.seconds_per_target)
    check_room(targets, settings.chunking.window_seconds, seconds)


def _check_words(experiment: Experiment) -> None:
    """Check that what is spoken can be said."""
    synthesis = experiment.dataset.synthesis
    if not experiment.archives or synthesis is None:
        return
    others = synthesis.unknown.words if synthesis.unknown else []
    for word in (*experiment.words, *others):
        check_speakable(word, synthesis)


def _check_sounds(experiment: Experiment) -> None:
    """Check that words can be told apart."""
    if synthesis := experiment.dataset.synthesis:
        refuse_same(experiment.words, synthesis)


def _words(settings: ExperimentSettings) -> list[str]:
    """Labels that are words to be spoken."""
    return _named(settings.labels or []) if settings.synthesize == "words" else []


def _check_masks(settings: ExperimentSettings) -> None:
    """Check that there are ends, and that the network can skip what is after them."""
    if settings.chunking.short != "mask":
        return
    if settings.goal == "firmware":
        raise UserError(
            "chunking.short: mask hides from the network what is after a recording's end, and the "
            "stream that a board hears has no ends. Set chunking.short: pad, or goal: evaluation "
            "for an experiment that is not for the board."
        )
    models.check_any_length(settings.model)


def _check_board(experiment: Experiment) -> None:
    settings = experiment.settings
    if settings.goal != "firmware":
        return
    board = experiment.board
    rate = settings.chunking.rate
    features.front_end(rate, settings.features)
    microphone = board.microphone_rate
    if rate != microphone:
        raise UserError(
            f"chunking.rate: {rate} Hz, but the board's microphone gives {microphone} Hz. Set "
            f"chunking.rate: {microphone}, or goal: evaluation for an experiment that is not for "
            "the board."
        )
    sketch_memory.check(board, settings.chunking, settings.features, settings.listener)
    labels = {asked_label(source.label, settings.labels) for source in experiment.sources}
    labels |= {archive.label for archive in experiment.archives.values()}
    network_cost.check(
        board,
        settings.chunking,
        settings.features,
        settings.model,
        settings.listener,
        classes=len(labels.union(settings.labels or ())),
    )


def _check_split(experiment: Experiment) -> None:
    if experiment.split_plan().policy == "time" and experiment.settings.chunking.long != "slide":
        raise UserError(
            "split.policy: time divides long recordings, but chunking.long: "
            f"{experiment.settings.chunking.long} takes only one window of each. "
            "Set chunking.long: slide."
        )
    if experiment.settings.split.synthetic == "train" and experiment.sources:
        labels = experiment.settings.labels
        recorded = {asked_label(source.label, labels) for source in experiment.sources}
        for archive in experiment.archives.values():
            if archive.label not in recorded:
                raise UserError(
                    "split.synthetic: train leaves nothing to validate and test "
                    f"{archive.label} on: all recordings of it are synthesised. Record some, or "
                    "set split.synthetic: all."
                )


def _check_folds(experiment: Experiment) -> None:
    """Check that each fold has something to test on, and leaves something to learn from."""
    used = experiment.settings
    if used.evaluation.folds is None:
        return
    if experiment.archives and not experiment.sources and used.split.synthetic == "all":
        raise UserError(
            "evaluation.folds: folds are of recordings, but all of these are synthesised. Set "
            "evaluation.folds: null."
        )
    folds = experiment.folds()
    if len(folds) > MOST_FOLDS:
        enough = -(-len({source.group for source in experiment.sources}) // MOST_FOLDS)
        raise UserError(
            f"evaluation.folds: these are {len(folds):,} folds; at most {MOST_FOLDS} are possible. "
            f"Set evaluation.groups_per_fold: {enough} or more, or list some folds."
        )
    if twice := [fold for fold in folds if folds.count(fold) > 1]:
        raise UserError(f"evaluation.folds: {twice[0]!r} is listed twice.")
    possible = experiment.possible_folds()
    if experiment.sources and len(possible) < 2:
        raise UserError(
            "evaluation.folds: all recordings are in one fold, which leaves none to train on. Add "
            "recordings of other groups (speakers, sources), or set evaluation.groups_per_fold "
            "lower, or evaluation.folds: null."
        )
    for fold in folds:
        _check_fold(experiment, fold, possible[fold])


def _check_fold(experiment: Experiment, fold: str, changes: Changes) -> None:
    official, groups = changes.get("folds", {}), changes.get("test_groups", [])
    inside: dict[str, set[str]] = {}
    outside: dict[str, set[str]] = {}
    for source in experiment.sources:
        held_out = source.fold in official.get("test", []) or group_of(source) in groups
        label = asked_label(source.label, experiment.settings.labels)
        (inside if held_out else outside).setdefault(label, set()).add(source.group)
    if untested := sorted(outside.keys() - inside.keys()):
        raise UserError(
            f"evaluation.folds: fold {fold} has no recording of {untested[0]} to test on. Leave "
            "this fold out of evaluation.folds, or set evaluation.groups_per_fold higher."
        )
    chosen = "validation" not in official  # among groups that do not test
    for label in sorted(inside):
        count = len(outside.get(label, ()))
        if count < 1 + chosen:
            raise UserError(
                f"evaluation.folds: without fold {fold}, {label} has recordings of {count} "
                "group(s) (speakers, sources): too few to train and validate on different ones. "
                "Leave this fold out of evaluation.folds, set evaluation.groups_per_fold lower, "
                "or add recordings of others."
            )


def _check_groups(experiment: Experiment) -> None:
    """Check that own recordings have enough groups, where these are split by themselves."""
    plan = experiment.split_plan()
    with_others = experiment.archives and plan.synthetic == "all" and plan.policy != "official"
    decided = plan.policy == "time" or plan.test_groups or "validation" in plan.folds
    if with_others or decided:
        return
    tested = plan.folds.get("test", [])
    by_group = plan.policy != "recording"
    groups_of: dict[str, set[str]] = {}
    for source in experiment.sources:
        if source.fold not in tested:
            label = asked_label(source.label, experiment.settings.labels)
            groups_of.setdefault(label, set()).add(source.group if by_group else source.id)
    require_groups(groups_of, by_group, parts=len(PARTS) - bool(tested))


def _check_seeds(experiment: Experiment) -> None:
    count = experiment.settings.evaluation.seeds
    if experiment.seeds()[-1] >= SEEDS:
        raise UserError(
            f"evaluation.seeds: {count} seeds from training.seed: "
            f"{experiment.settings.training.seed} on go beyond {SEEDS - 1}, which is the last. Set "
            f"training.seed: {SEEDS - count} or lower."
        )


def as_json(value: Any) -> str:
    """Write settings for a step's command line."""
    return (
        value.model_dump_json()
        if hasattr(value, "model_dump_json")
        else json.dumps(value, ensure_ascii=False)
    )
