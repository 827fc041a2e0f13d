# What the rules share: experiments, checked once, and what is known about the data before any job.
import base64
import json
import logging
import math
import os
import sys
from functools import cache
from pathlib import Path

from snakemake.cli import get_argument_parser
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from wav2nano import provenance
from wav2nano.boards import module_of
from wav2nano.dataset.join import is_joined, write_sources
from wav2nano.dataset.scan import digest_sources
from wav2nano.errors import UserError
from wav2nano.experiments import (
    SYNTHETIC,
    TEACHER,
    Experiments,
    as_json,
    downloadable,
    named_in,
    sweeps_in,
)
from wav2nano.features import KINDS
from wav2nano.models import ARCHITECTURES
from wav2nano.fetch_model import fetch_packages
from wav2nano.files import check_room
from wav2nano.hashes import FileCache, hash_file, read_checksums
from wav2nano.killed_runs import RunMark
from wav2nano.model_files import models_of
from wav2nano.other_trainings import RANDOM_SPLIT, name_of_fold, name_of_seed
from wav2nano.provenance import files_digest, settings_digest
from wav2nano.settings.experiment import ExperimentSettings
from wav2nano.settings.load import load_params
from wav2nano.synthesis.voices import fetch_at_need, modules_of_engine
from wav2nano.tables.recordings import UNKNOWN, Listed, write_listed

# A shell finds the commands installed beside snakemake even if snakemake was called by its full path.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ["PYTHONPATH"] = sys.path[0]

# Snakemake's log on a full disk: what it says is on the terminal already, without the traceback.
logging.raiseExceptions = False

# What earlier runs found out about files: 10,000 recordings are not read again by each run.
FILES = FileCache(".snakemake/files.json", version=hash_file(provenance.__file__))


@cache
def code_digest(*modules):
    """Hash of what modules of the library, and all they import, do."""
    return provenance.code_digest(*modules, files=FILES)


# Options of Snakemake by which it shows something or tidies up, and runs no job.
WITHOUT_JOBS = (
    *("dryrun", "touch", "lint", "list_rules", "list_target_rules", "print_compilation"),
    *("dag", "rulegraph", "filegraph", "d3dag", "summary", "detailed_summary", "list_changes"),
    *("list_input_changes", "list_params_changes", "list_untracked", "unlock", "cleanup_metadata"),
    *("cleanup_shadow", "archive", "containerize", "generate_unit_tests", "delete_all_output"),
    "delete_temp_output",
)


def runs_jobs():
    """Tell whether this call of Snakemake is to run jobs: it says so only after the rules."""
    options, _ = get_argument_parser().parse_known_args(sys.argv[1:])
    reports = options.report and not options.report_after_run
    return not reports and not any(getattr(options, name) for name in WITHOUT_JOBS)


def fetch_networks(experiment):
    """Fetch what packages have of the networks that compute features, unless these are there."""
    if all(map(os.path.exists, experiment.shared_files())):
        return
    try:
        fetch_packages(experiment.published_models())
    except UserError as error:
        used = experiment.settings
        heard = ["another features.kind"] * (TEACHER.kind in used.features.kinds)
        taught = ["training.teacher: null"] * (used.training.teacher is not None)
        without = " and ".join([*heard, *taught])
        raise UserError(f"{experiment.file}:\n  {error}, or do without: {without}.") from None


def load_experiments():
    """Check params.yaml and all experiments that are asked for; a plain message where one is wrong."""
    try:
        check_room(".")  # Snakemake's lock and its logs end in tracebacks without
        listed = load_params(config).experiments
        # Whoever fetches recordings may have none yet. (Not by an input function: Snakemake shows
        # a traceback with what that raises.)
        fetches = any(argument.startswith("fetch_") for argument in sys.argv[1:])
        experiments = Experiments(config, sha256=FILES.sha256, need_recordings=not fetches)
        experiments.files(), experiments.sweeps()  # names that cannot be
        named = sorted(named_in(sys.argv[1:]))
        varied = [name for sweep in sweeps_in(sys.argv[1:]) for name in experiments.variants(sweep)]
        wanted = dict.fromkeys([*([] if fetches else listed), *named, *varied])
        begins = workflow.is_main_process and runs_jobs()
        if begins:
            fetch_at_need(
                sorted({engine for name in wanted for engine in experiments.engines(name)})
            )
        loaded = [experiments[name] for name in wanted]
        if begins:
            for experiment in loaded:
                fetch_networks(experiment)
            told = (
                experiments.expect_confusion,
                experiments.list_missing,
                experiments.list_passed_over,
            )
            for line in dict.fromkeys(
                line for list_lines in told for name in wanted for line in list_lines(name)
            ):
                print(line, file=sys.stderr)
    except UserError as error:
        raise WorkflowError(str(error)) from None
    return listed if not fetches else [], experiments


LISTED, EXPERIMENTS = load_experiments()

RESULTS = "results/{experiment}"
CHECKSUMS = f"{RESULTS}/checksums.txt"
METRICS = "metrics/{experiment}.json"
TRAINED_ON = "metrics/trained_on/{experiment}.json"
COMPARISON = "results/comparison/{comparison}"
MOST_PICTURED = 60  # experiments, of which a comparison's page has plots
MANIFEST = f"{RESULTS}/manifest.csv"
SPLIT = f"{RESULTS}/split.csv"
PRONUNCIATIONS = f"{RESULTS}/pronunciations.json"
PREPROCESSING = f"{RESULTS}/preprocessing.json"
INDEX = "data/index/{dataset}.csv"
JOINED_INDEX = "data/index/{dataset}/{shard}.csv"
ARCHIVE = "data/synthetic/{archive}.zip"
TABLE = "data/synthetic/{archive}.csv"
WINDOWS = "data/windows/{dataset}/{chunking}/{shard}.h5"
AUGMENTED = "data/windows/{dataset}/{chunking}+{augmentation}/{shard}.h5"
CUT = "data/windows/{dataset}/{cut}/{shard}.h5"  # windows, altered or not
FEATURES = "data/features/{dataset}/{cut}/{features}/{shard}.h5"


wildcard_constraints:
    experiment="[A-Za-z0-9][A-Za-z0-9_.-]*",  # a sweep's variant has a dot in its name
    comparison="experiments|sweep_[A-Za-z0-9_-]+",
    archive="[A-Za-z0-9_-]+",
    dataset="[A-Za-z0-9_-]+",
    chunking="[a-z0-9-]+",
    augmentation="[0-9a-f]+",
    cut="[a-z0-9+-]+",
    features="[a-z0-9_-]+",
    shard="[A-Za-z0-9_-]+",
    sketch="listener|self_test",
    runtime="float|litert|c",


def of(choose):
    """Make a param or an input of an experiment: `choose` takes it and gives a value."""
    return lambda wildcards: choose(EXPERIMENTS[wildcards.experiment])


def settings(choose):
    """The same for settings, as JSON for a command line."""
    return lambda wildcards: as_json(choose(EXPERIMENTS[wildcards.experiment].settings))


def code(*modules, kind=False, kinds=False, architecture=False, board=False, engines=False):
    """Hash of the code that a rule runs, with that of what it looks up for the experiment.

    `kind` is that of its features, and `kinds` are these and the teacher's.
    """

    def digest(wildcards):
        experiment = EXPERIMENTS[wildcards.experiment]
        used = experiment.settings
        heard = [*experiment.feature_settings.values()] if kinds else [used.features] * kind
        found = [module for features in heard for module in modules_of(features)]
        if architecture:
            found.append(f"wav2nano.models.architectures.{used.model.architecture}")
        if board:
            found.append(module_of(used.firmware.board))
        if engines:
            found += [module for name in experiment.engines() for module in modules_of_engine(name)]
        return code_digest(*modules, *found)

    return digest


def archive_of(name):
    """What an archive of this name is to contain."""
    experiment = EXPERIMENTS.find(f"the archive {name}", lambda e: name in e.archives)
    return experiment.archives[name]


def chunking_of(name):
    """The settings that windows are cut by, from their name."""
    found = EXPERIMENTS.find(f"the windows {name}", lambda e: e.chunking_name == name)
    return found.settings.chunking


def augmentation_of(wildcards):
    """The settings that windows are altered by."""
    name = f"{wildcards.chunking}+{wildcards.augmentation}"
    found = EXPERIMENTS.find(f"the copies {name}", lambda e: e.augmentation_name == name)
    return found.settings.augmentation


def features_of(wildcards):
    """The experiment's settings, or its teacher's, that are named by the wildcards of features."""
    name = wildcards.features
    found = EXPERIMENTS.find(f"the features {name}", lambda e: name in e.feature_settings)
    return found.feature_settings[name]


def modules_of(features):
    """Name the modules that compute features of these settings."""
    return [f"wav2nano.features.kinds.{kind}" for kind in features.kinds]


def modules_of_engines(synthesis):
    """Name the modules of the engines that speak."""
    return [module for engine in synthesis["engines"] for module in modules_of_engine(engine)]


def published_model(user):
    """File of the published network that a kind of features or an architecture needs, if any."""
    return [str(model.path) for model in models_of([user]).values()]


def model_of_features(wildcards):
    """The published network that computes the features, if one does."""
    return published_model(KINDS[features_of(wildcards).kind])


def model_of_architecture(wildcards):
    """The published network whose layers the experiment's network begins with, if it does."""
    architecture = EXPERIMENTS[wildcards.experiment].settings.model.architecture
    return published_model(ARCHITECTURES[architecture])


def recordings_of_shard(wildcards):
    """Table that lists a shard's recordings."""
    if wildcards.dataset == SYNTHETIC:
        return TABLE.format(archive=wildcards.shard)
    if is_joined(wildcards.shard):
        return list_joined(wildcards.dataset, wildcards.shard)
    return list_recordings(wildcards.dataset)


@cache
def list_recordings(dataset):
    """List own recordings as this run found them, in a file that no job makes; its path.

    If all shards depended on the job that makes the index, Snakemake would either do them all again
    after it, or (with an `ancient` index) do none of them, without a look at their parameters.
    """
    path = f".snakemake/recordings/{dataset}.csv"
    _, sources = EXPERIMENTS.dataset(dataset)
    write_listed(path, (Listed(s.id, str(s.path), s.label, s.shard) for s in sources))
    return path


@cache
def list_joined(dataset, shard):
    """The same for a shard of recordings that join others."""
    path = f".snakemake/recordings/{dataset}/{shard}.csv"
    write_sources(path, EXPERIMENTS.shard(dataset, shard))
    return path


def archive_of_shard(wildcards):
    """The archive that holds a shard's recordings; a shard of own recordings has none."""
    is_spoken = wildcards.dataset == SYNTHETIC
    return ARCHIVE.format(archive=wildcards.shard) if is_spoken else []


def digest_of_recordings(wildcards):
    """Hash of a shard's recordings, where they are not synthetic."""
    if wildcards.dataset == SYNTHETIC:
        return ""
    return digest_sources(EXPERIMENTS.shard(wildcards.dataset, wildcards.shard))


def scored_model(wildcards):
    """The model that a runtime scores."""
    name = "model.keras" if wildcards.runtime == "float" else "model_int8.tflite"
    return f"results/{wildcards.experiment}/{name}"


def firmware_digest(experiment):
    """Hash of the settings that the firmware depends on: all but those of tests and the report.

    Those of the detection track count where thresholds are chosen on one.
    """
    used = experiment.settings.model_dump(
        exclude={"detection", "evaluation", "simulation", "original"}
    )
    return settings_digest(
        used
        | {"name": experiment.name, "data": experiment.dataset.model_dump()}
        | ({"track": track_of_thresholds(experiment)} if chooses_thresholds(experiment) else {})
    )


def chooses_thresholds(experiment):
    return experiment.settings.listener.target_false_alarms_per_hour is not None


def memory_of_track(experiment):
    """MB to play a track with: long recordings are resampled whole."""
    mixed = experiment.settings.detection.recipe == "mlperf_tiny"
    return 4000 if experiment.background or experiment.recording or mixed else 1500


def track_of_thresholds(experiment):
    """Settings of the track that thresholds are chosen on; where they are not, always the same."""
    used, background = experiment.settings, experiment.background_digest
    if not chooses_thresholds(experiment):
        used, background = ExperimentSettings(), ""
    return {
        "answers": used.evaluation.answers,
        "settings": used.detection.model_dump(exclude={"recording"}),
        "background": background,
    }


@of
def data_for_listeners(experiment):
    """What a page with recordings says of them."""
    described = (experiment.dataset, *experiment.joined)
    return as_json(
        {name: "; ".join(getattr(one, name) for one in described) for name in ("title", "licence")}
    )


def has_firmware(name):
    return EXPERIMENTS[name].settings.goal == "firmware"


def is_simulated(name):
    """Whether the simulated board runs what is compiled."""
    return has_firmware(name) and EXPERIMENTS[name].board.simulated


def scores_of_c(experiment):
    """Scores of the generated C: of what is not for the board there may be none."""
    return [f"results/{experiment.name}/scores/c.csv"] * has_firmware(experiment.name)


def int8_scores(name):
    """Scores of the int8 model, as the board computes it if it is for the board."""
    runtime = "c" if has_firmware(name) else "litert"
    return f"results/{name}/scores/{runtime}.csv"


@cache
def folders_digest(*folders):
    """Hash of all files in folders."""
    return files_digest(folders)


def build_of(experiment):
    return [f"results/{experiment.name}/firmware/listener.json"] * has_firmware(experiment.name)


def board_of(experiment):
    return [f"results/{experiment.name}/firmware/board.json"] * is_simulated(experiment.name)


def detection_of(experiment):
    """Misses and false reports in a stream of sound, of what is compiled for the board."""
    return [f"results/{experiment.name}/evaluation/detection.json"] * has_firmware(experiment.name)


def pronunciations_of(experiment):
    """How words are read, if they are synthesised."""
    return [f"results/{experiment.name}/pronunciations.json"] * bool(experiment.words)


def random_split_of(experiment):
    """Evaluation of the same experiment on a random split, if it is wanted."""
    wanted = experiment.settings.evaluation.random_split_too
    return [f"results/{experiment.name}.{RANDOM_SPLIT}/evaluation/evaluation.json"] * wanted


def split_of(experiment):
    """Its split, which trainings with other seeds share."""
    return SPLIT.format(experiment=experiment.split_name)


def folds_of(experiment, runtime):
    """Scores of the experiment's folds by one runtime."""
    names = map(name_of_fold, experiment.folds())
    return [f"results/{experiment.name}.{name}/scores/{runtime}.csv" for name in names]


def seeds_of(experiment, runtime):
    """Scores of the experiment's trainings with one seed or another by one runtime."""
    others = [f"{experiment.name}.{name_of_seed(seed)}" for seed in experiment.seeds()[1:]]
    return [f"results/{name}/scores/{runtime}.csv" for name in (experiment.name, *others)]


def evaluation_of_folds(experiment):
    """Figures of cross-validation, if it is wanted."""
    return [f"results/{experiment.name}/folds/folds.json"] * bool(experiment.folds())


def evaluation_of_seeds(experiment):
    """Figures of trainings with several seeds, if they are wanted."""
    return [f"results/{experiment.name}/seeds.json"] * (len(experiment.seeds()) > 1)


def everything_made(name):
    """Files that the workflow makes for an experiment, whatever rule makes them."""
    experiment = EXPERIMENTS[name]
    others = experiment.other_trainings()
    splits = [split_of(EXPERIMENTS[one]) for one in (name, *others)]
    scored = [
        *rules.train_model.output,
        *rules.quantize_model.output,
        *expand(rules.score_model.output, runtime=["float", "litert"], allow_missing=True),
    ]
    made = [MANIFEST, *scored, *rules.evaluate_model.output, *rules.report_results.output]
    made += [*rules.show_examples.output, *rules.draw_network.output]
    if experiment.folds():
        made += rules.evaluate_folds.output
    if has_firmware(name):
        sketches = ["listener", "self_test"] if is_simulated(name) else ["listener"]
        made += [
            *ALL_CODE,
            THRESHOLDS,
            *rules.evaluate_detection.output,
            *rules.show_detection.output,
        ]
        made += expand(rules.compile_firmware.output, sketch=sketches, allow_missing=True)
    return [
        *experiment.shared_files(),
        *expand(made, experiment=name),
        *dict.fromkeys(splits),
        *expand(scored, experiment=others),
        *pronunciations_of(experiment),
        *random_split_of(experiment),
        *evaluation_of_seeds(experiment),
        *scores_of_c(experiment),
        *board_of(experiment),
    ]


def compared(comparison):
    """Experiments that a comparison is of: those of a sweep, or the listed ones."""
    sweep = comparison.removeprefix("sweep_")
    return LISTED if sweep == comparison else EXPERIMENTS.variants(sweep)


def sweep_file(comparison):
    """The sweep that a comparison is of."""
    sweep = comparison.removeprefix("sweep_")
    return [] if sweep == comparison else f"config/sweeps/{sweep}.yaml"


def plots_of(comparison, plot):
    """A plot of each experiment that is compared; none of so many that no page should hold them."""
    names = compared(comparison)
    if len(names) > MOST_PICTURED:
        return []
    return [f"results/{name}/evaluation/{plot}.png" for name in names]


def originals_of(comparison):
    """What was reported of the systems that experiments reproduce; a sweep's variants do not."""
    names = LISTED if comparison == "experiments" else []
    found = {name: EXPERIMENTS[name].settings.original for name in names}
    return {name: original.model_dump() for name, original in found.items() if original.system}


def used_files():
    """Write a list of the files that some experiment or sweep in config/ uses; its path."""
    # One whose recordings are not here uses none of them.
    experiments = Experiments(config, sha256=FILES.sha256, need_recordings=False)
    comparisons = ["experiments", *(f"sweep_{sweep}" for sweep in experiments.sweeps())]
    used = {*expand(rules.compare_experiments.output, comparison=comparisons)}
    used |= {f"results/comparison/tune_{sweep}.journal" for sweep in experiments.sweeps()}
    try:
        for name in experiments.names():
            made = expand([RESULTS, METRICS, TRAINED_ON], experiment=name)
            made += expand(RESULTS, experiment=experiments[name].other_trainings())
            if not experiments[name].sources:  # then it is not known what its folds are
                made += map(str, Path("results").glob(f"{name}.fold_*"))
            used |= {*experiments[name].shared_files(), *made}
    except UserError as error:
        raise WorkflowError(f"Cannot tell which files are used. {error}") from None
    path = Path(".snakemake/used.txt")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(sorted(used)))
    return path


def built_at(path):
    """When the job ended that made a file, as Snakemake recorded it; seconds."""
    name = base64.urlsafe_b64encode(path.encode()).decode()
    try:
        return json.loads(Path(".snakemake/metadata", name).read_text())["endtime"]
    except (OSError, ValueError):
        return math.inf


def refuse_edited_results():
    """Stop if the content of a file has changed since it was built.

    What a job wrote after the checksums were recorded does not count: then a run was interrupted.
    """
    for checksums in expand(CHECKSUMS, experiment=LISTED):
        try:
            recorded = read_checksums(checksums)
        except UserError as error:
            raise WorkflowError(str(error)) from None
        for path, digest in recorded.items():
            if not os.path.exists(path) or FILES.sha256(path) == digest:
                continue
            if built_at(path) <= built_at(checksums):
                raise WorkflowError(
                    f"{path} was changed by hand after it was built. Delete it to have it rebuilt, "
                    f"or restore the version that was built: dvc checkout --force {path}"
                )


def mark_run():
    """Mark this run as alive, and remove the locks of one that was killed; its mark, if any."""
    try:
        mark = RunMark(Path(".snakemake"))
        if mark.remove_stale_locks():
            logger.info(
                "A killed run had left its lock, and none of its jobs is running: the lock was removed."
            )
    except OSError:  # no file can be locked on this disk: then --unlock is for the user to say
        return None
    return mark


# A job on another machine reads this file in the middle of a run.
if workflow.is_main_process:
    refuse_edited_results()

RUN = mark_run() if workflow.is_main_process else None


onstart:
    if RUN and workflow.local_exec:
        RUN.jobs_are_here()
