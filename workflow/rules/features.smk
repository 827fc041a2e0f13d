# Requires: the manifest, and the recordings that it names.
# Makes: windows of audio and their features, a file of each for every shard.


rule chunk_audio:
    input:
        archive=archive_of_shard,
        # Only for the order: the manifest changes with every recording, a shard with its own.
        manifest=ancient(MANIFEST),
    output:
        CHUNKS,
    log:
        f"results/logs/chunk_audio/{DATASET['name']}/{CHUNK_NAME}/{{shard}}.log",
    benchmark:
        f"results/benchmarks/chunk_audio/{DATASET['name']}/{CHUNK_NAME}/{{shard}}.tsv"
    params:
        settings=as_json(CHUNKING),
        sha256=shard_digest,
        code=code_digest("wav2nano.dataset.chunk"),
    shell:
        "wav2nano chunk-audio --manifest {input.manifest:q} --shard {wildcards.shard:q}"
        " --settings {params.settings:q} --out {output:q} 2>&1 | tee {log:q}"


rule extract_features:
    input:
        CHUNKS,
    output:
        FEATURES,
    log:
        f"results/logs/extract_features/{DATASET['name']}/{CHUNK_NAME}/{FEATURE_NAME}/{{shard}}.log",
    benchmark:
        f"results/benchmarks/extract_features/{DATASET['name']}/{CHUNK_NAME}/{FEATURE_NAME}/{{shard}}.tsv"
    params:
        rate=CHUNKING["rate"],
        settings=as_json(config["features"]),
        code=code_digest("wav2nano.features.extract"),
    shell:
        "wav2nano extract-features --chunks {input:q} --rate {params.rate}"
        " --settings {params.settings:q} --out {output:q} 2>&1 | tee {log:q}"
