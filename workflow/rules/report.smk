# Requires: the scores' evaluation, the compiled firmware, the simulated board's report.
# Makes: the figures by which experiments are compared, the pages of `snakemake --report`, and the
# checksums of all that the workflow makes.


rule report_results:
    input:
        f"{RESULTS}/evaluation/metrics.json",
        f"{RESULTS}/firmware/listener.json",
        [f"{RESULTS}/firmware/board.json"] if is_simulated() else [],
    output:
        f"{RESULTS}/metrics.json",
    log:
        f"{RESULTS}/logs/report_results.log",
    benchmark:
        f"{RESULTS}/benchmarks/report_results.tsv"
    params:
        folder=subpath(output[0], parent=True),
        code=code_digest("wav2nano.report.results"),
    shell:
        "wav2nano report-results --experiment {params.folder:q} --out {output:q} 2>&1"
        " | tee {log:q}"


def everything_made():
    """Files that the workflow makes for the experiment."""
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


rule record_checksums:
    input:
        everything_made(),
    output:
        CHECKSUMS,
    log:
        f"{RESULTS}/logs/record_checksums.log",
    benchmark:
        f"{RESULTS}/benchmarks/record_checksums.tsv"
    params:
        code=code_digest("wav2nano.hashes"),
    shell:
        "wav2nano record-checksums --files {input:q} --out {output:q} 2>&1 | tee {log:q}"
