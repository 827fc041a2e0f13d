# Requires: the scores' evaluation, the compiled firmware, the simulated board's report.
# Makes: the figures by which experiments are compared, and the pages of `snakemake --report`.


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
