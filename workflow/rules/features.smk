# Requires: the recordings, and for synthetic ones their tables.
# Makes: windows of audio, altered copies of them and their features, a file of each for every shard.
# Experiments with the same settings share them. Features that a published network computes need its
# file. And the random split of an experiment's windows, where its settings want one beside the honest
# split.


rule chunk_audio:
    input:
        archive=archive_of_shard,
        # It changes with every recording, a shard with its own alone: with `sha256`.
        recordings=ancient(recordings_of_shard),
    output:
        WINDOWS,
    log:
        "logs/chunk_audio/{dataset}/{chunking}/{shard}.log",
    benchmark:
        "logs/chunk_audio/{dataset}/{chunking}/{shard}.tsv"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: as_json(chunking_of(wildcards.chunking)),
        sha256=digest_of_recordings,
        code=code_digest("wav2nano.dataset.chunk_audio"),
    shell:
        "wav2nano chunk-audio --recordings {input.recordings:q} --shard {wildcards.shard:q}"
        " --settings {params.settings:q} --out {output:q} 2>&1 | tee {log:q}"


rule augment_windows:
    input:
        WINDOWS,
    output:
        AUGMENTED,
    log:
        "logs/augment_windows/{dataset}/{chunking}+{augmentation}/{shard}.log",
    benchmark:
        "logs/augment_windows/{dataset}/{chunking}+{augmentation}/{shard}.tsv"
    resources:
        mem_mb=1000,
    params:
        rate=lambda wildcards: chunking_of(wildcards.chunking).rate,
        settings=lambda wildcards: as_json(augmentation_of(wildcards)),
        code=code_digest("wav2nano.dataset.augment_windows"),
    shell:
        "wav2nano augment-windows --windows {input:q} --rate {params.rate}"
        " --settings {params.settings:q} --out {output:q} 2>&1 | tee {log:q}"


rule fetch_model:
    output:
        "data/models/{model}.tflite",
    log:
        "logs/fetch_model/{model}.log",
    localrule: True
    resources:
        mem_mb=500,
    shell:
        "wav2nano fetch-model {wildcards.model:q} 2>&1 | tee {log:q}"


rule extract_features:
    input:
        windows=CUT,
        model=model_of_features,
    output:
        FEATURES,
    log:
        "logs/extract_features/{dataset}/{cut}/{features}/{shard}.log",
    benchmark:
        "logs/extract_features/{dataset}/{cut}/{features}/{shard}.tsv"
    resources:
        mem_mb=1000,
    params:
        rate=lambda wildcards: chunking_of(wildcards.cut.partition("+")[0]).rate,
        settings=lambda wildcards: as_json(features_of(wildcards)),
        code=lambda wildcards: code_digest(
            "wav2nano.dataset.extract_features", *modules_of(features_of(wildcards))
        ),
    shell:
        "wav2nano extract-features --windows {input.windows:q} --rate {params.rate}"
        " --settings {params.settings:q} --out {output:q} 2>&1 | tee {log:q}"


rule split_randomly:
    input:
        split=SPLIT,
        features=of(lambda experiment: experiment.features()),
    output:
        f"{RESULTS}.{RANDOM_SPLIT}/split.csv",
    log:
        f"logs/{{experiment}}.{RANDOM_SPLIT}/split_randomly.log",
    benchmark:
        f"logs/{{experiment}}.{RANDOM_SPLIT}/split_randomly.tsv"
    resources:
        mem_mb=500,
    params:
        seed=settings(lambda settings: settings.split.seed),
        code=code_digest("wav2nano.dataset.split_randomly"),
    shell:
        "wav2nano split-randomly --split {input.split:q} --features {input.features:q}"
        " --seed {params.seed} --out {output:q} 2>&1 | tee {log:q}"


ruleorder: split_randomly > split_dataset
