# Requires: the scores' evaluation, the compiled firmware, the simulated board's report.
# Makes: the figures by which experiments are compared, the pages of `snakemake --report`, examples to
# listen to, a picture of the network, the comparison of experiments, and the checksums of all that the workflow makes.


# Inputs of the report that not every experiment has.
NOT_ALWAYS_MADE = "pronunciations build board detection random_split folds seeds".split()


rule report_results:
    input:
        evaluation=f"{RESULTS}/evaluation/evaluation.json",
        environment=f"{RESULTS}/environment.json",
        model=f"{RESULTS}/model_int8.tflite",
        preprocessing=PREPROCESSING,
        split=of(split_of),
        pronunciations=of(pronunciations_of),
        build=of(build_of),
        board=of(board_of),
        detection=of(detection_of),
        random_split=of(random_split_of),
        folds=of(evaluation_of_folds),
        seeds=of(evaluation_of_seeds),
    output:
        report(
            f"{RESULTS}/report/results.html",
            caption="../report/results.rst",
            category="1 Results",
            subcategory="{experiment}",
            labels={"shows": "Float, int8 and board side by side"},
        ),
        report(
            f"{RESULTS}/report/budget.html",
            caption="../report/budget.rst",
            category="1 Results",
            subcategory="{experiment}",
            labels={"shows": "The board's budget"},
        ),
        report(
            f"{RESULTS}/report/environment.html",
            caption="../report/environment.rst",
            category="3 Training",
            subcategory="{experiment}",
            labels={"shows": "What trained the model"},
        ),
        report(
            f"{RESULTS}/report/data.html",
            caption="../report/data.rst",
            category="4 Data",
            subcategory="{experiment}",
            labels={"shows": "What the recordings are"},
        ),
        report(
            f"{RESULTS}/report/split.html",
            caption="../report/split.rst",
            category="4 Data",
            subcategory="{experiment}",
            labels={"shows": "Who trained, who tested"},
        ),
        report(
            f"{RESULTS}/report/settings.html",
            caption="../report/settings.rst",
            category="5 Settings",
            subcategory="{experiment}",
            labels={"shows": "All settings"},
        ),
        metrics=METRICS,
        trained_on=TRAINED_ON,
    log:
        "logs/{experiment}/report_results.log",
    benchmark:
        "logs/{experiment}/report_results.tsv"
    resources:
        mem_mb=500,
    params:
        pages=subpath(output[0], parent=True),
        built=lambda wildcards, input: [
            word
            for name in NOT_ALWAYS_MADE
            for path in input.get(name)
            for word in (f"--{name.replace('_', '-')}", path)
        ],
        policy=of(lambda experiment: experiment.policy),
        answers=of(lambda experiment: experiment.settings.evaluation.answers),
        target=of(lambda experiment: experiment.board.fqbn),
        listener=settings(lambda settings: settings.listener),
        model=settings(lambda settings: settings.model),
        settings=of(
            lambda experiment: as_json(
                {"experiment": experiment.name, **experiment.settings.model_dump()}
            )
        ),
        data=of(lambda experiment: as_json(experiment.dataset.model_dump(exclude_none=True))),
        joined=of(
            lambda experiment: as_json(
                [
                    one.model_dump(
                        include={"title", "homepage", "licence", "citation", "recordings"}
                    )
                    for one in experiment.joined
                ]
            )
        ),
        licences=of(lambda experiment: as_json(experiment.licences())),
        code=code("wav2nano.report.report_results", kind=True, architecture=True, board=True),
    shell:
        "wav2nano report-results --evaluation {input.evaluation:q}"
        " --environment {input.environment:q} --model {input.model:q}"
        " --preprocessing {input.preprocessing:q} --split {input.split:q} {params.built:q}"
        " --target {params.target:q} --listener {params.listener:q}"
        " --model-settings {params.model:q} --policy {params.policy}"
        " --answers {params.answers} --settings {params.settings:q} --data {params.data:q}"
        " --joined {params.joined:q}"
        " --licences {params.licences:q}"
        " --metrics {output.metrics:q} --trained-on {output.trained_on:q} --pages {params.pages:q} 2>&1 | tee {log:q}"


rule show_examples:
    input:
        scores=lambda wildcards: int8_scores(wildcards.experiment),
        preprocessing=PREPROCESSING,
        split=of(split_of),
        windows=of(lambda experiment: experiment.windows()),
        features=of(lambda experiment: experiment.features()),
    output:
        page=report(
            f"{RESULTS}/report/examples.html",
            caption="../report/examples.rst",
            category="2 Test set",
            subcategory="{experiment}",
            labels={"plot": "Examples and worst mistakes, to listen to"},
        ),
        picture=report(
            f"{RESULTS}/report/features.png",
            caption="../report/features.rst",
            category="4 Data",
            subcategory="{experiment}",
            labels={"shows": "What the network is given"},
        ),
    log:
        "logs/{experiment}/show_examples.log",
    benchmark:
        "logs/{experiment}/show_examples.tsv"
    resources:
        mem_mb=1000,
    params:
        labels=settings(lambda settings: settings.labels),
        data=data_for_listeners,
        code=code("wav2nano.report.show_examples", kind=True),
    shell:
        "wav2nano show-examples --scores {input.scores:q} --preprocessing {input.preprocessing:q}"
        " --split {input.split:q} --windows {input.windows:q} --features {input.features:q}"
        " --labels {params.labels:q} --data {params.data:q} --title {wildcards.experiment:q}"
        " --page {output.page:q} --picture {output.picture:q} 2>&1 | tee {log:q}"


rule show_detection:
    input:
        detection=f"{RESULTS}/evaluation/detection.json",
        false_reports=f"{RESULTS}/evaluation/false_reports.h5",
        preprocessing=PREPROCESSING,
    output:
        report(
            f"{RESULTS}/report/detection.html",
            caption="../report/detection.rst",
            category="1 Results",
            subcategory="{experiment}",
            labels={"shows": "Words in a stream of sound, and false reports to listen to"},
        ),
    log:
        "logs/{experiment}/show_detection.log",
    benchmark:
        "logs/{experiment}/show_detection.tsv"
    resources:
        mem_mb=500,
    params:
        data=data_for_listeners,
        code=code_digest("wav2nano.report.show_detection"),
    shell:
        "wav2nano show-detection --detection {input.detection:q}"
        " --false-reports {input.false_reports:q} --preprocessing {input.preprocessing:q}"
        " --data {params.data:q} --page {output:q} 2>&1 | tee {log:q}"


rule draw_network:
    input:
        f"{RESULTS}/model.keras",
    output:
        report(
            f"{RESULTS}/report/network.png",
            caption="../report/network.rst",
            category="3 Training",
            subcategory="{experiment}",
            labels={"shows": "The network, layer by layer"},
        ),
    log:
        "logs/{experiment}/draw_network.log",
    benchmark:
        "logs/{experiment}/draw_network.tsv"
    resources:
        mem_mb=1500,
    params:
        code=code_digest("wav2nano.report.draw_network"),
    shell:
        "wav2nano draw-network --model {input:q} --title {wildcards.experiment:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule record_checksums:
    input:
        lambda wildcards: everything_made(wildcards.experiment),
    output:
        CHECKSUMS,
    log:
        "logs/{experiment}/record_checksums.log",
    benchmark:
        "logs/{experiment}/record_checksums.tsv"
    resources:
        mem_mb=500,
    params:
        code=code_digest("wav2nano.record_checksums"),
    shell:
        "wav2nano record-checksums {input:q} --out {output:q} 2>&1 | tee {log:q}"


rule compare_experiments:
    input:
        metrics=lambda wildcards: expand(METRICS, experiment=compared(wildcards.comparison)),
        scores=lambda wildcards: map(int8_scores, compared(wildcards.comparison)),
        confusion=lambda wildcards: plots_of(wildcards.comparison, "confusion"),
        learning_curves=lambda wildcards: plots_of(wildcards.comparison, "learning_curves"),
        sweep=lambda wildcards: sweep_file(wildcards.comparison),
    output:
        table=f"{COMPARISON}.csv",
        plot=report(
            f"{COMPARISON}.png",
            caption="../report/comparison.rst",
            category="0 Comparison",
            subcategory="{comparison}",
            labels={"shows": "Macro F1 against flash and instructions"},
        ),
        page=report(
            f"{COMPARISON}.html",
            caption="../report/comparison.rst",
            category="0 Comparison",
            subcategory="{comparison}",
            labels={"shows": "Experiments, ranked"},
        ),
    log:
        "logs/compare_experiments/{comparison}.log",
    benchmark:
        "logs/compare_experiments/{comparison}.tsv"
    resources:
        mem_mb=1000,
    params:
        datasets=lambda wildcards: as_json(
            [EXPERIMENTS[name].settings.dataset for name in compared(wildcards.comparison)]
        ),
        answers=lambda wildcards: as_json(
            [
                EXPERIMENTS[name].settings.evaluation.answers
                for name in compared(wildcards.comparison)
            ]
        ),
        originals=lambda wildcards: as_json(originals_of(wildcards.comparison)),
        title=lambda wildcards: wildcards.comparison.replace("_", " ", 1).capitalize(),
        sweep=lambda wildcards, input: ["--sweep", input.sweep] if input.sweep else [],
        code=code_digest("wav2nano.report.compare_experiments"),
    shell:
        "wav2nano compare-experiments --metrics {input.metrics:q} --scores {input.scores:q}"
        " --confusion {input.confusion:q} --learning-curves {input.learning_curves:q}"
        " --datasets {params.datasets:q} --answers {params.answers:q}"
        " --originals {params.originals:q} {params.sweep:q}"
        " --title {params.title:q} --table {output.table:q} --plot {output.plot:q}"
        " --page {output.page:q} 2>&1 | tee {log:q}"


rule compare:
    input:
        expand(rules.compare_experiments.output, comparison="experiments"),


for sweep in EXPERIMENTS.sweeps():

    rule:
        name:
            f"sweep_{sweep}"
        input:
            expand(rules.compare_experiments.output, comparison=f"sweep_{sweep}"),


rule summarize:
    input:
        expand(CHECKSUMS, experiment=LISTED),
    log:
        "logs/summarize.log",
    localrule: True
    resources:
        mem_mb=500,
    params:
        folders=expand(RESULTS, experiment=LISTED),
    shell:
        "for folder in {params.folders:q}; do wav2nano summarize $folder || exit 1; done"
        " 2>&1 | tee {log:q}"


UNUSED = {"list_unused": "", "remove_unused": "--remove"}
# Here and not in an input function: Snakemake shows a traceback with what that raises.
USED = used_files() if set(UNUSED) & set(sys.argv) else ""

for rule_name, option in UNUSED.items():

    rule:
        name:
            rule_name
        log:
            f"logs/{rule_name}.log",
        localrule: True
        resources:
            mem_mb=500,
        params:
            option=option,
            used=USED,
        shell:
            "wav2nano remove-unused data/synthetic data/windows data/features data/index results metrics"
            " --used {params.used:q} {params.option} 2>&1 | tee {log:q}"
