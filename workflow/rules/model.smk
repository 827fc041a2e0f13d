# Requires: features of all shards, and the split.
# Makes: the trained model, its int8 form, scores by every runtime, figures and plots.


rule train_model:
    input:
        split=f"{RESULTS}/split.csv",
        features=feature_files(),
    output:
        f"{RESULTS}/model.keras",
        f"{RESULTS}/history.csv",
        f"{RESULTS}/preprocessing.json",
        f"{RESULTS}/environment.json",
    log:
        f"{RESULTS}/logs/train_model.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_model.tsv"
    threads: 4
    params:
        folder=subpath(output[0], parent=True),
        words=as_json(WORDS),
        chunking=as_json(CHUNKING),
        features=as_json(config["features"]),
        model=as_json(config["model"]),
        settings=as_json(config["training"]),
        code=code_digest("wav2nano.training.train"),
    shell:
        "wav2nano train-model --split {input.split:q} --features {input.features:q}"
        " --words {params.words:q} --chunking {params.chunking:q}"
        " --feature-settings {params.features:q} --model {params.model:q}"
        " --settings {params.settings:q} --out {params.folder:q} 2>&1 | tee {log:q}"


rule quantize_model:
    input:
        f"{RESULTS}/model.keras",
        f"{RESULTS}/preprocessing.json",
        split=f"{RESULTS}/split.csv",
        features=feature_files(),
    output:
        f"{RESULTS}/model_int8.tflite",
        f"{RESULTS}/calibration.csv",
    log:
        f"{RESULTS}/logs/quantize_model.log",
    benchmark:
        f"{RESULTS}/benchmarks/quantize_model.tsv"
    params:
        folder=subpath(output[0], parent=True),
        words=as_json(WORDS),
        model=as_json(config["model"]),
        settings=as_json(config["quantization"]),
        code=code_digest("wav2nano.quantization.quantize"),
    shell:
        "wav2nano quantize-model --split {input.split:q} --features {input.features:q}"
        " --words {params.words:q} --model {params.model:q} --settings {params.settings:q}"
        " --experiment {params.folder:q} 2>&1 | tee {log:q}"


rule score_model:
    input:
        scored_model,
        f"{RESULTS}/preprocessing.json",
        split=f"{RESULTS}/split.csv",
        features=feature_files(),
    output:
        f"{RESULTS}/scores/{{runtime}}.csv",
    log:
        f"{RESULTS}/logs/score_model/{{runtime}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_model/{{runtime}}.tsv"
    params:
        folder=subpath(input[0], parent=True),
        words=as_json(WORDS),
        code=code_digest("wav2nano.evaluation.scores"),
        kernels=files_digest(["firmware/libraries/Wav2NanoKernels"]),
    shell:
        "wav2nano score-model --runtime {wildcards.runtime} --experiment {params.folder:q}"
        " --split {input.split:q} --features {input.features:q} --words {params.words:q}"
        " --out {output:q} 2>&1 | tee {log:q}"


rule evaluate_model:
    input:
        float=f"{RESULTS}/scores/float.csv",
        litert=f"{RESULTS}/scores/litert.csv",
        c=f"{RESULTS}/scores/c.csv",
        history=f"{RESULTS}/history.csv",
    output:
        f"{RESULTS}/evaluation/evaluation.json",
        f"{RESULTS}/evaluation/confusion.csv",
        f"{RESULTS}/evaluation/roc.csv",
        report(
            f"{RESULTS}/evaluation/confusion.png",
            caption="../report/confusion.rst",
            category="2 Test set",
            labels={"plot": "Confusion matrix"},
        ),
        report(
            f"{RESULTS}/evaluation/per_class.png",
            caption="../report/per_class.rst",
            category="2 Test set",
            labels={"plot": "Precision, recall, F1 per label"},
        ),
        report(
            f"{RESULTS}/evaluation/roc.png",
            caption="../report/roc.rst",
            category="2 Test set",
            labels={"plot": "ROC: hits over false alarms"},
        ),
        report(
            f"{RESULTS}/evaluation/det.png",
            caption="../report/det.rst",
            category="2 Test set",
            labels={"plot": "DET: misses over false alarms"},
        ),
        report(
            f"{RESULTS}/evaluation/learning_curves.png",
            caption="../report/learning_curves.rst",
            category="3 Training",
            labels={"shows": "Learning curves"},
        ),
    log:
        f"{RESULTS}/logs/evaluate_model.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_model.tsv"
    params:
        folder=subpath(output[0], parent=True),
        title=config["experiment"],
        settings=as_json(config["evaluation"]),
        code=code_digest("wav2nano.evaluation.evaluate_model"),
    shell:
        "wav2nano evaluate-model --float {input.float:q} --litert {input.litert:q} --c {input.c:q}"
        " --history {input.history:q} --title {params.title:q} --settings {params.settings:q}"
        " --out {params.folder:q} 2>&1 | tee {log:q}"
