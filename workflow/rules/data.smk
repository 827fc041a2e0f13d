# Requires: the settings, and own recordings where there are any.
# Makes: archives of synthetic speech, the manifest of all recordings, the split; and on demand, by
# fetch_NAME, the recordings of a public data set.

for dataset in downloadable():

    rule:
        name:
            f"fetch_{dataset}"
        log:
            f"results/logs/fetch_dataset/{dataset}.log",
        localrule: True
        params:
            dataset=dataset,
        shell:
            "wav2nano fetch-dataset {params.dataset:q} 2>&1 | tee {log:q}"


rule synthesize_speech:
    output:
        ARCHIVE,
    log:
        f"results/logs/synthesize_speech/{DATASET['name']}/{{slug}}.log",
    benchmark:
        f"results/benchmarks/synthesize_speech/{DATASET['name']}/{{slug}}.tsv"
    params:
        label=lambda wildcards: LABEL_OF_SLUG[wildcards.slug],
        settings=lambda wildcards: synthesis_settings(LABEL_OF_SLUG[wildcards.slug]),
        code=code_digest("wav2nano.synthesis"),
    shell:
        "wav2nano synthesize-speech --label {params.label:q} --settings {params.settings:q}"
        " --out {output:q} 2>&1 | tee {log:q}"


rule index_dataset:
    input:
        archives(),
    output:
        MANIFEST,
    log:
        f"results/logs/index_dataset/{DATASET['name']}.log",
    benchmark:
        f"results/benchmarks/index_dataset/{DATASET['name']}.tsv"
    params:
        dataset=DATASET["name"],
        settings=as_json({key: DATASET[key] for key in ("recordings", "shards")}),
        sha256=digest_sources(SOURCES),
        code=code_digest("wav2nano.dataset.index"),
    shell:
        "wav2nano index-dataset {params.dataset:q} --out {output:q}"
        " --synthetic {input:q} 2>&1 | tee {log:q}"


rule split_dataset:
    input:
        MANIFEST,
    output:
        f"{RESULTS}/split.csv",
    log:
        f"{RESULTS}/logs/split_dataset.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_dataset.tsv"
    params:
        words=as_json(WORDS),
        settings=as_json(split_settings()),
        chunking=as_json(CHUNKING),
        code=code_digest("wav2nano.dataset.split"),
    shell:
        "wav2nano split-dataset --manifest {input:q} --words {params.words:q}"
        " --settings {params.settings:q} --chunking {params.chunking:q}"
        " --out {output:q} 2>&1 | tee {log:q}"
