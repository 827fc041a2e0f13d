# Requires: features of all shards, the split, and a published network if one's layers are used.
# Makes: the trained model, its int8 form, scores by every runtime, figures and plots; and those of
# cross-validation and of several seeds, from the scores of experiments that each leave out a fold or are
# trained with another seed.


rule train_model:
    input:
        split=of(split_of),
        features=of(lambda experiment: experiment.features()),
        augmented=of(lambda experiment: experiment.features(augmented=True)),
        embeddings=of(lambda experiment: experiment.embeddings()),
        augmented_embeddings=of(lambda experiment: experiment.embeddings(augmented=True)),
        pretrained=model_of_architecture,
    output:
        model=f"{RESULTS}/model.keras",
        history=f"{RESULTS}/history.csv",
        preprocessing=PREPROCESSING,
        environment=f"{RESULTS}/environment.json",
    log:
        "logs/{experiment}/train_model.log",
    benchmark:
        "logs/{experiment}/train_model.tsv"
    # TensorFlow has four (see keras_runtime), of which these networks keep little more than one busy.
    threads: 2
    resources:
        mem_mb=2000,
    params:
        labels=settings(lambda settings: settings.labels),
        chunking=settings(lambda settings: settings.chunking),
        features=settings(lambda settings: settings.features),
        model=settings(lambda settings: settings.model),
        settings=settings(lambda settings: settings.training),
        code=code("wav2nano.training.train_model", kind=True, architecture=True),
    shell:
        "wav2nano train-model --split {input.split:q} --features {input.features:q}"
        " --augmented {input.augmented:q} --embeddings {input.embeddings:q}"
        " --augmented-embeddings {input.augmented_embeddings:q}"
        " --labels {params.labels:q} --chunking {params.chunking:q}"
        " --feature-settings {params.features:q} --model-settings {params.model:q}"
        " --settings {params.settings:q}"
        " --model {output.model:q} --history {output.history:q}"
        " --preprocessing {output.preprocessing:q} --environment {output.environment:q}"
        " 2>&1 | tee {log:q}"


rule quantize_model:
    input:
        model=f"{RESULTS}/model.keras",
        preprocessing=PREPROCESSING,
        split=of(split_of),
        features=of(lambda experiment: experiment.features()),
    output:
        model=f"{RESULTS}/model_int8.tflite",
        calibration=f"{RESULTS}/calibration.csv",
    log:
        "logs/{experiment}/quantize_model.log",
    benchmark:
        "logs/{experiment}/quantize_model.tsv"
    resources:
        mem_mb=1500,
    params:
        labels=settings(lambda settings: settings.labels),
        model=settings(lambda settings: settings.model),
        settings=settings(lambda settings: settings.quantization),
        code=code("wav2nano.quantization.quantize_model", architecture=True),
    shell:
        "wav2nano quantize-model --model {input.model:q} --preprocessing {input.preprocessing:q}"
        " --split {input.split:q} --features {input.features:q} --labels {params.labels:q}"
        " --model-settings {params.model:q} --settings {params.settings:q}"
        " --out {output.model:q} --calibration {output.calibration:q} 2>&1 | tee {log:q}"


rule score_model:
    input:
        model=scored_model,
        preprocessing=PREPROCESSING,
        split=of(split_of),
        features=of(lambda experiment: experiment.features()),
    output:
        f"{RESULTS}/scores/{{runtime}}.csv",
    log:
        "logs/{experiment}/score_model/{runtime}.log",
    benchmark:
        "logs/{experiment}/score_model/{runtime}.tsv"
    resources:
        mem_mb=1500,
    params:
        labels=settings(lambda settings: settings.labels),
        code=lambda wildcards: code_digest(
            "wav2nano.evaluation.score_model", f"wav2nano.runtimes.{wildcards.runtime}"
        ),
        kernels=lambda wildcards: (
            folders_digest("firmware/libraries/Wav2NanoKernels")
            if wildcards.runtime == "c"
            else ""
        ),
    shell:
        "wav2nano score-model --runtime {wildcards.runtime} --model {input.model:q}"
        " --preprocessing {input.preprocessing:q} --split {input.split:q}"
        " --features {input.features:q} --labels {params.labels:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule evaluate_model:
    input:
        float=f"{RESULTS}/scores/float.csv",
        litert=f"{RESULTS}/scores/litert.csv",
        c=of(scores_of_c),
        history=f"{RESULTS}/history.csv",
    output:
        f"{RESULTS}/evaluation/evaluation.json",
        f"{RESULTS}/evaluation/confusion.csv",
        f"{RESULTS}/evaluation/roc.csv",
        report(
            f"{RESULTS}/evaluation/confusion.png",
            caption="../report/confusion.rst",
            category="2 Test set",
            subcategory="{experiment}",
            labels={"plot": "Confusion matrix"},
        ),
        report(
            f"{RESULTS}/evaluation/per_class.png",
            caption="../report/per_class.rst",
            category="2 Test set",
            subcategory="{experiment}",
            labels={"plot": "Precision, recall, F1 per label"},
        ),
        report(
            f"{RESULTS}/evaluation/roc.png",
            caption="../report/roc.rst",
            category="2 Test set",
            subcategory="{experiment}",
            labels={"plot": "ROC: hits over false alarms"},
        ),
        report(
            f"{RESULTS}/evaluation/det.png",
            caption="../report/det.rst",
            category="2 Test set",
            subcategory="{experiment}",
            labels={"plot": "DET: misses over false alarms"},
        ),
        report(
            f"{RESULTS}/evaluation/learning_curves.png",
            caption="../report/learning_curves.rst",
            category="3 Training",
            subcategory="{experiment}",
            labels={"shows": "Learning curves"},
        ),
    log:
        "logs/{experiment}/evaluate_model.log",
    benchmark:
        "logs/{experiment}/evaluate_model.tsv"
    resources:
        mem_mb=1000,
    params:
        folder=subpath(output[0], parent=True),
        c=lambda wildcards, input: ["--c-scores", *input.c] if input.c else [],
        settings=settings(lambda settings: settings.evaluation),
        code=code_digest("wav2nano.evaluation.evaluate_model"),
    shell:
        "wav2nano evaluate-model --float-scores {input.float:q} --litert-scores {input.litert:q}"
        " {params.c:q} --history {input.history:q} --title {wildcards.experiment:q}"
        " --settings {params.settings:q} --out {params.folder:q} 2>&1 | tee {log:q}"


rule evaluate_folds:
    input:
        float=of(lambda experiment: folds_of(experiment, "float")),
        litert=of(lambda experiment: folds_of(experiment, "litert")),
    output:
        f"{RESULTS}/folds/folds.json",
        report(
            f"{RESULTS}/folds/folds.png",
            caption="../report/folds.rst",
            category="2 Test set",
            subcategory="{experiment}",
            labels={"plot": "Cross-validation, fold by fold"},
        ),
    log:
        "logs/{experiment}/evaluate_folds.log",
    benchmark:
        "logs/{experiment}/evaluate_folds.tsv"
    resources:
        mem_mb=1000,
    params:
        folder=subpath(output[0], parent=True),
        folds=of(lambda experiment: as_json(experiment.folds())),
        settings=settings(lambda settings: settings.evaluation),
        code=code_digest("wav2nano.evaluation.evaluate_folds"),
    shell:
        "wav2nano evaluate-folds --folds {params.folds:q} --float-scores {input.float:q}"
        " --litert-scores {input.litert:q} --title {wildcards.experiment:q}"
        " --settings {params.settings:q} --out {params.folder:q} 2>&1 | tee {log:q}"


rule evaluate_seeds:
    input:
        float=of(lambda experiment: seeds_of(experiment, "float")),
        litert=of(lambda experiment: seeds_of(experiment, "litert")),
    output:
        f"{RESULTS}/seeds.json",
    log:
        "logs/{experiment}/evaluate_seeds.log",
    benchmark:
        "logs/{experiment}/evaluate_seeds.tsv"
    resources:
        mem_mb=1000,
    params:
        seeds=of(lambda experiment: as_json(experiment.seeds())),
        answers=of(lambda experiment: experiment.settings.evaluation.answers),
        code=code_digest("wav2nano.evaluation.evaluate_seeds"),
    shell:
        "wav2nano evaluate-seeds --seeds {params.seeds:q} --float-scores {input.float:q}"
        " --litert-scores {input.litert:q} --answers {params.answers}"
        " --title {wildcards.experiment:q} --out {output:q} 2>&1 | tee {log:q}"
