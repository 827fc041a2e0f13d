# Requires: the scores' evaluation, the compiled firmware, the simulated board's report.
# Makes: the figures by which experiments are compared, the pages of `snakemake --report`, and the
# checksums of all that the workflow makes.


rule report_results:
    input:
        f"{RESULTS}/evaluation/evaluation.json",
        f"{RESULTS}/environment.json",
        f"{RESULTS}/preprocessing.json",
        f"{RESULTS}/split.csv",
        f"{RESULTS}/firmware/listener.json",
        [f"{RESULTS}/firmware/board.json"] if is_simulated() else [],
    output:
        f"{RESULTS}/metrics.json",
        report(
            f"{RESULTS}/report/results.html",
            caption="../report/results.rst",
            category="1 Results",
            labels={"shows": "Float, int8 and board side by side"},
        ),
        report(
            f"{RESULTS}/report/budget.html",
            caption="../report/budget.rst",
            category="1 Results",
            labels={"shows": "The board's budget"},
        ),
        report(
            f"{RESULTS}/report/environment.html",
            caption="../report/environment.rst",
            category="3 Training",
            labels={"shows": "What trained the model"},
        ),
        report(
            f"{RESULTS}/report/data.html",
            caption="../report/data.rst",
            category="4 Data",
            labels={"shows": "What the recordings are"},
        ),
        report(
            f"{RESULTS}/report/split.html",
            caption="../report/split.rst",
            category="4 Data",
            labels={"shows": "Who trained, who tested"},
        ),
        report(
            f"{RESULTS}/report/settings.html",
            caption="../report/settings.rst",
            category="5 Settings",
            labels={"shows": "All settings"},
        ),
    log:
        f"{RESULTS}/logs/report_results.log",
    benchmark:
        f"{RESULTS}/benchmarks/report_results.tsv"
    params:
        folder=subpath(output[0], parent=True),
        policy=split_settings()["policy"],
        settings=as_json(config),
        data=as_json(DATASET),
        code=code_digest("wav2nano.report.report_results"),
    shell:
        "wav2nano report-results --experiment {params.folder:q} --policy {params.policy}"
        " --settings {params.settings:q} --data {params.data:q} 2>&1 | tee {log:q}"


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


rule compare:
    input:
        glob.glob("results/*/metrics.json"),
    output:
        table="results/comparison/comparison.csv",
        plot="results/comparison/comparison.png",
        page="results/comparison/comparison.html",
    log:
        "results/logs/compare.log",
    localrule: True
    params:
        code=code_digest("wav2nano.report.compare_experiments"),
    shell:
        "wav2nano compare-experiments {input:q} --table {output.table:q} --plot {output.plot:q}"
        " --page {output.page:q} 2>&1 | tee {log:q}"
