# What the rules share: settings, validated once, and what can be known of the data before any job.
import base64
import glob
import json
import math
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

# This checkout's library, whichever checkout's environment runs it.
sys.path.insert(0, str(Path(workflow.basedir) / "src"))

from wav2nano import provenance
from wav2nano.config import load_dataset, load_yaml, validate
from wav2nano.dataset.manifest import BACKGROUND, slug
from wav2nano.dataset.scan import digest_sources, explain_no_recordings, scan_recordings
from wav2nano.errors import UserError
from wav2nano.hashes import FileCache, hash_file, read_checksums
from wav2nano.provenance import files_digest, settings_digest

# The commands that are installed beside snakemake are found in a shell where it was called by its
# full path, too.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ["PYTHONPATH"] = sys.path[0]


# What is known of files from earlier runs: 10,000 recordings are not read anew by each.
FILES = FileCache(".snakemake/files.json", version=hash_file(provenance.__file__))


def code_digest(*modules):
    """Hash of what modules of the library, and all they import, do."""
    return provenance.code_digest(*modules, files=FILES)


def load_settings():
    """Validate the settings and look for recordings; a plain message where something is wrong."""
    if os.path.realpath("config/config.yaml") != os.path.realpath("params.yaml"):
        logger.warning(
            "config/config.yaml was a link to params.yaml, where DVC looks for settings, and is a file "
            "of its own now: `dvc exp run -S` changes nothing. Mend it: "
            "mv config/config.yaml params.yaml; ln -s ../params.yaml config/config.yaml"
        )
    try:
        validate(config, "workflow/schemas/experiment.schema.yaml", source="settings")
        dataset = load_dataset(config["dataset"])
        labels = synthetic_labels(dataset)
        # Whoever fetches recordings may have none yet. (Not by an input function of index_dataset:
        # Snakemake shows a traceback with what that raises.)
        if any(argument.startswith("fetch_") for argument in sys.argv[1:]):
            return dataset, labels, []
        folder = dataset["recordings"]
        if os.path.exists(f"{folder}.dvc") and not os.path.exists(folder):
            raise UserError(f"{folder} is in DVC and not here yet. Get it: dvc pull {folder}")
        sources = scan_recordings(dataset, sha256=FILES.sha256)
        if not labels and not sources:
            raise UserError(explain_no_recordings(dataset))
    except UserError as error:
        raise WorkflowError(str(error)) from None
    return dataset, labels, sources


def synthetic_labels(dataset):
    """Labels that are made by speech synthesis."""
    if config["synthesize"] == "nothing":
        return []
    if "synthesis" not in dataset:
        raise UserError(f"synthesize: the data set {dataset['name']} has no synthesis settings.")
    if config["synthesize"] == "background":
        return list(BACKGROUND)
    if config["words"] is None:
        raise UserError("words: a list is needed where words are synthesised.")
    return [*config["words"], *BACKGROUND]


DATASET, SYNTHETIC_LABELS, SOURCES = load_settings()

WORDS = config["words"]
LABEL_OF_SLUG = {slug(label): label for label in SYNTHETIC_LABELS}
SOURCES_OF_SHARD = {}
for source in SOURCES:
    SOURCES_OF_SHARD.setdefault(source.shard, []).append(source)

RESULTS = f"results/{config['experiment']}"
CHECKSUMS = f"{RESULTS}/checksums.txt"
MANIFEST = f"data/{DATASET['name']}.manifest.csv"
ARCHIVE = f"data/synthetic/{DATASET['name']}/{{slug}}.zip"

CHUNKING = config["chunking"]
CHUNK_NAME = f"{CHUNKING['rate']}hz-{settings_digest(CHUNKING)[:8]}"
FEATURE_NAME = f"{config['features']['kind']}-{settings_digest(config['features'])[:8]}"
CHUNKS = f"results/chunks/{DATASET['name']}/{CHUNK_NAME}/{{shard}}.h5"
FEATURES = f"results/features/{DATASET['name']}/{CHUNK_NAME}/{FEATURE_NAME}/{{shard}}.h5"
SHARDS = sorted(SOURCES_OF_SHARD) + [f"speech-{name}" for name in LABEL_OF_SLUG]


wildcard_constraints:
    slug="[A-Za-z0-9_-]+",
    shard="[A-Za-z0-9_-]+",
    sketch="listener|self_test",
    runtime="float|litert|c",


def as_json(settings):
    """Settings for a step's command line; as a function, in which braces are no wildcards."""
    return lambda wildcards: json.dumps(settings, ensure_ascii=False)


def synthesis_settings(label):
    """Settings that this label's recordings depend on, and no others, as JSON."""
    settings = dict(DATASET["synthesis"], rate=CHUNKING["rate"], words=[label])
    unknown, silence = settings.pop("unknown"), settings.pop("silence")
    if label == "_unknown_":
        settings |= {"words": WORDS or [], "unknown": unknown}
    elif label == "_silence_":
        settings |= {"words": [], "silence": silence}
    return json.dumps(settings, ensure_ascii=False)


def archives():
    """Archives of synthetic recordings of the experiment."""
    return [ARCHIVE.format(slug=name) for name in LABEL_OF_SLUG]


def split_settings():
    """How to split: as the experiment says, else as the data set does; with its official folds."""
    own = DATASET["split"]
    policy = config["split"]["policy"] or own["policy"]
    if policy != "official":
        return config["split"] | {"policy": policy}
    if "test" not in own:
        raise WorkflowError(f"split.policy: the data set {DATASET['name']} has no official folds.")
    folds = {part: own[part] for part in ("validation", "test")}
    return config["split"] | {"policy": policy, "folds": folds}


def downloadable():
    """Data sets that can be downloaded."""
    files = sorted(Path("config/datasets").glob("*.yaml"))
    return [file.stem for file in files if "download" in load_yaml(file)]


def archive_of_shard(wildcards):
    """The archive that holds a shard's recordings; a shard of own recordings has none."""
    name = wildcards.shard.removeprefix("speech-")
    return ARCHIVE.format(slug=name) if wildcards.shard.startswith("speech-") else []


def shard_digest(wildcards):
    """Hash of a shard's own recordings."""
    return digest_sources(SOURCES_OF_SHARD.get(wildcards.shard, []))


def feature_files():
    return [FEATURES.format(shard=shard) for shard in SHARDS]


def chunk_files():
    return [CHUNKS.format(shard=shard) for shard in SHARDS]


def scored_model(wildcards):
    """The model that a runtime scores."""
    name = "model.keras" if wildcards.runtime == "float" else "model_int8.tflite"
    return f"{RESULTS}/{name}"


def firmware_settings():
    """Settings that the firmware depends on: all but those of tests on it."""
    later = {"evaluation", "simulation"}
    return {key: value for key, value in config.items() if key not in later} | {"data": DATASET}


def is_simulated():
    """Whether the simulated board can run what is compiled: only the bundled board package."""
    return config["firmware"]["board"] == "wav2nano:nrf52:nano33ble"


def everything_made():
    """Files that the workflow makes for the experiment, whatever rule makes them."""
    sketches = ["listener"]
    board = []
    if is_simulated():
        sketches.append("self_test")
        board = rules.simulate_board.output
    return [
        *archives(),
        MANIFEST,
        *rules.split_dataset.output,
        *chunk_files(),
        *feature_files(),
        *rules.train_model.output,
        *rules.quantize_model.output,
        *expand(rules.score_model.output, runtime=["float", "litert", "c"]),
        *rules.evaluate_model.output,
        *CODE_FILES,
        *expand(rules.compile_firmware.output, sketch=sketches),
        *board,
        *rules.report_results.output,
    ]


def built_at(path):
    """When the job ended that made a file, as Snakemake recorded it; seconds."""
    name = base64.urlsafe_b64encode(path.encode()).decode()
    try:
        return json.loads(Path(".snakemake/metadata", name).read_text())["endtime"]
    except (OSError, ValueError):
        return math.inf


def refuse_edited_results():
    """Stop where a file that was built has another content now.

    What a job wrote after the checksums were recorded is not meant: then a run was interrupted.
    """
    for path, digest in read_checksums(CHECKSUMS).items():
        if not os.path.exists(path) or FILES.sha256(path) == digest:
            continue
        if built_at(path) <= built_at(CHECKSUMS):
            raise WorkflowError(
                f"{path} was changed by hand after it was built. Delete it and it is built anew, or "
                f"take back the version that was built: dvc checkout --force {path}"
            )


# A job on another machine reads this file in the middle of a run.
if workflow.is_main_process:
    refuse_edited_results()
