# Requires: the settings, and own recordings where there are any.
# Makes: archives of synthetic speech and how its words are read, the index of own recordings and of
# those that join in from other data sets, an experiment's selection of all and its split; and on
# demand, by fetch_NAME, the recordings of a public data set.

for dataset in downloadable():

    rule:
        name:
            f"fetch_{dataset}"
        log:
            f"logs/fetch_dataset/{dataset}.log",
        localrule: True
        resources:
            mem_mb=500,
        params:
            dataset=dataset,
        shell:
            "wav2nano fetch-dataset {params.dataset:q} 2>&1 | tee {log:q}"


rule synthesize_speech:
    output:
        archive=ARCHIVE,
        table=TABLE,
    log:
        "logs/synthesize_speech/{archive}.log",
    benchmark:
        "logs/synthesize_speech/{archive}.tsv"
    # Of other words there are most: they take longest, and nobody waits for them alone.
    priority: lambda wildcards: 0.5 if archive_of(wildcards.archive).label == UNKNOWN else 0
    resources:
        mem_mb=1000,
    params:
        label=lambda wildcards: archive_of(wildcards.archive).label,
        labels=lambda wildcards: as_json(archive_of(wildcards.archive).labels),
        rate=lambda wildcards: archive_of(wildcards.archive).rate,
        settings=lambda wildcards: as_json(archive_of(wildcards.archive).synthesis),
        code=lambda wildcards: code_digest(
            "wav2nano.synthesis.synthesize_speech",
            *modules_of_engines(archive_of(wildcards.archive).synthesis),
        ),
    shell:
        "wav2nano synthesize-speech --label {params.label:q} --labels {params.labels:q}"
        " --rate {params.rate} --settings {params.settings:q}"
        " --archive {output.archive:q} --table {output.table:q} 2>&1 | tee {log:q}"


rule pronounce_words:
    output:
        PRONUNCIATIONS,
    log:
        "logs/{experiment}/pronounce_words.log",
    benchmark:
        "logs/{experiment}/pronounce_words.tsv"
    priority: 1  # whoever has to set a word right learns it while the first are spoken
    resources:
        mem_mb=500,
    params:
        labels=of(lambda experiment: as_json(experiment.words)),
        language=of(lambda experiment: experiment.dataset.synthesis.language),
        pronunciations=of(lambda experiment: as_json(experiment.pronunciations)),
        voices=of(lambda experiment: as_json(experiment.first_voices())),
        code=code_digest("wav2nano.synthesis.pronounce_words"),
    shell:
        "wav2nano pronounce-words --labels {params.labels:q} --language {params.language}"
        " --pronunciations {params.pronunciations:q} --voices {params.voices:q}"
        " --out {output:q} 2>&1 | tee {log:q}"


rule index_dataset:
    output:
        INDEX,
    log:
        "logs/index_dataset/{dataset}.log",
    benchmark:
        "logs/index_dataset/{dataset}.tsv"
    priority: 1  # it names all recordings that cannot be used; a job of a shard stops at its first
    resources:
        mem_mb=1000,
    params:
        dataset=lambda wildcards: as_json(
            EXPERIMENTS.dataset(wildcards.dataset)[0].model_dump(
                exclude={"synthesis", "download", "homepage", "citation"}
            )
        ),
        sha256=lambda wildcards: digest_sources(EXPERIMENTS.dataset(wildcards.dataset)[1]),
        code=code_digest("wav2nano.dataset.index_dataset"),
    shell:
        "wav2nano index-dataset --dataset {params.dataset:q}"
        " --known .snakemake/decoded/{wildcards.dataset}.json --out {output:q} 2>&1 | tee {log:q}"


rule index_joined:
    input:
        # As for the windows.
        ancient(lambda wildcards: list_joined(wildcards.dataset, wildcards.shard)),
    output:
        JOINED_INDEX,
    log:
        "logs/index_joined/{dataset}/{shard}.log",
    benchmark:
        "logs/index_joined/{dataset}/{shard}.tsv"
    priority: 1
    resources:
        mem_mb=1000,
    params:
        sha256=digest_of_recordings,
        code=code_digest("wav2nano.dataset.index_joined"),
    shell:
        "wav2nano index-joined --recordings {input:q}"
        " --known .snakemake/decoded/{wildcards.dataset}/{wildcards.shard}.json --out {output:q}"
        " 2>&1 | tee {log:q}"


rule select_recordings:
    input:
        tables=of(lambda experiment: experiment.tables()),
        joined=of(lambda experiment: experiment.joined_tables()),
    output:
        MANIFEST,
    log:
        "logs/{experiment}/select_recordings.log",
    benchmark:
        "logs/{experiment}/select_recordings.tsv"
    resources:
        mem_mb=500,
    params:
        public=of(lambda experiment: "--public" if experiment.dataset.download else ""),
        code=code_digest("wav2nano.dataset.select_recordings"),
    shell:
        "wav2nano select-recordings --tables {input.tables:q} --joined {input.joined:q}"
        " {params.public} --out {output:q} 2>&1 | tee {log:q}"


rule split_dataset:
    input:
        MANIFEST,
    output:
        SPLIT,
    log:
        "logs/{experiment}/split_dataset.log",
    benchmark:
        "logs/{experiment}/split_dataset.tsv"
    resources:
        mem_mb=500,
    params:
        labels=settings(lambda settings: settings.labels),
        settings=of(lambda experiment: as_json(experiment.split_plan())),
        chunking=settings(lambda settings: settings.chunking),
        code=code_digest("wav2nano.dataset.split_dataset"),
    shell:
        "wav2nano split-dataset --manifest {input:q} --labels {params.labels:q}"
        " --settings {params.settings:q} --chunking {params.chunking:q}"
        " --out {output:q} 2>&1 | tee {log:q}"
