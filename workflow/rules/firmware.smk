# Requires: the int8 model, and the firmware's sources.
# Makes: generated C, the labels' thresholds, the bytes to be flashed, and the report of the simulated
# board.

CODE_FILES = expand(
    f"{RESULTS}/code/{{name}}",
    name=[
        "model.c",
        "model.h",
        "frontend_tables.c",
        "frontend_tables.h",
        "settings.c",
        "settings.h",
    ],
    allow_missing=True,
)

# All C of an experiment. A change of the thresholds makes no other file again.
THRESHOLDS_C = f"{RESULTS}/code/thresholds.c"
ALL_CODE = [*CODE_FILES, THRESHOLDS_C]
THRESHOLDS = f"{RESULTS}/evaluation/thresholds.json"

# The whole sketch, as it opens in the Arduino IDE.
SKETCH_FILES = expand(
    f"{RESULTS}/firmware/{{{{sketch}}}}/{{name}}",
    name=["{sketch}.ino", "build_info.h", *(Path(path).name for path in ALL_CODE)],
    allow_missing=True,
)


rule generate_code:
    input:
        model=f"{RESULTS}/model_int8.tflite",
        preprocessing=PREPROCESSING,
    output:
        CODE_FILES,
    log:
        "logs/{experiment}/generate_code.log",
    benchmark:
        "logs/{experiment}/generate_code.tsv"
    resources:
        mem_mb=1000,
    params:
        folder=subpath(output[0], parent=True),
        board=of(lambda experiment: experiment.board.fqbn),
        listener=settings(lambda settings: settings.listener.without_thresholds()),
        code=code("wav2nano.firmware.generate_code", kind=True, board=True),
    shell:
        "wav2nano generate-code --model {input.model:q} --preprocessing {input.preprocessing:q}"
        " --title {wildcards.experiment:q} --board {params.board:q}"
        " --listener {params.listener:q} --out {params.folder:q} 2>&1 | tee {log:q}"


rule choose_thresholds:
    input:
        code=CODE_FILES,
        preprocessing=PREPROCESSING,
        split=SPLIT,
        windows=of(lambda experiment: experiment.windows()),
    output:
        source=THRESHOLDS_C,
        found=THRESHOLDS,
    log:
        "logs/{experiment}/choose_thresholds.log",
    benchmark:
        "logs/{experiment}/choose_thresholds.tsv"
    resources:
        mem_mb=of(memory_of_track),
    params:
        listener=settings(lambda settings: settings.listener),
        answers=of(lambda experiment: track_of_thresholds(experiment)["answers"]),
        settings=of(lambda experiment: as_json(track_of_thresholds(experiment)["settings"])),
        background=of(lambda experiment: track_of_thresholds(experiment)["background"]),
        code=code("wav2nano.evaluation.choose_thresholds", kind=True),
        # Compiled for this machine.
        libraries=folders_digest("firmware/libraries"),
    shell:
        "wav2nano choose-thresholds --code {input.code:q} --preprocessing {input.preprocessing:q}"
        " --split {input.split:q} --windows {input.windows:q} --listener {params.listener:q}"
        " --answers {params.answers} --settings {params.settings:q} --libraries firmware/libraries"
        " --title {wildcards.experiment:q} --source {output.source:q} --out {output.found:q}"
        " 2>&1 | tee {log:q}"


rule evaluate_detection:
    input:
        code=ALL_CODE,
        thresholds=THRESHOLDS,
        preprocessing=PREPROCESSING,
        split=SPLIT,
        windows=of(lambda experiment: experiment.windows()),
    output:
        f"{RESULTS}/evaluation/detection.json",
        f"{RESULTS}/evaluation/detection.csv",
        f"{RESULTS}/evaluation/false_reports.h5",
        report(
            f"{RESULTS}/evaluation/detection.png",
            caption="../report/detection.rst",
            category="1 Results",
            subcategory="{experiment}",
            labels={"shows": "Misses against false reports an hour"},
        ),
    log:
        "logs/{experiment}/evaluate_detection.log",
    benchmark:
        "logs/{experiment}/evaluate_detection.tsv"
    resources:
        mem_mb=of(memory_of_track),
    params:
        folder=subpath(output[0], parent=True),
        settings=settings(lambda settings: settings.detection),
        background=of(lambda experiment: experiment.background_digest),
        recording=of(lambda experiment: experiment.recording_digest),
        evaluation=settings(
            lambda settings: settings.evaluation.model_dump(
                include={"answers", "bootstrap", "seed"}
            )
        ),
        code=code("wav2nano.evaluation.evaluate_detection", kind=True),
        # Compiled for this machine.
        libraries=folders_digest("firmware/libraries"),
    shell:
        "wav2nano evaluate-detection --code {input.code:q} --thresholds {input.thresholds:q}"
        " --preprocessing {input.preprocessing:q} --split {input.split:q} --windows {input.windows:q}"
        " --evaluation {params.evaluation:q} --settings {params.settings:q} --libraries firmware/libraries"
        " --title {wildcards.experiment:q} --out {params.folder:q}"
        " 2>&1 | tee {log:q}"


rule compile_firmware:
    input:
        code=ALL_CODE,
        data=[MANIFEST, SPLIT],
    output:
        multiext(f"{RESULTS}/firmware/{{sketch}}", ".elf", ".bin", ".hex", ".json"),
        SKETCH_FILES,
    log:
        "logs/{experiment}/compile_firmware/{sketch}.log",
    benchmark:
        "logs/{experiment}/compile_firmware/{sketch}.tsv"
    resources:
        mem_mb=500,
    params:
        folder=subpath(output[0], parent=True),
        board=of(lambda experiment: experiment.board.fqbn),
        config=of(firmware_digest),
        code=code(
            "wav2nano.synthesis.synthesize_speech",
            "wav2nano.dataset.select_recordings",
            "wav2nano.training.train_model",
            "wav2nano.quantization.quantize_model",
            "wav2nano.firmware.generate_code",
            "wav2nano.evaluation.choose_thresholds",
            "wav2nano.firmware.compile_firmware",
            kinds=True,
            architecture=True,
            board=True,
            engines=True,
        ),
        libraries=folders_digest("firmware/libraries", "firmware/hardware"),
        sketch=lambda wildcards: folders_digest(f"firmware/sketches/{wildcards.sketch}"),
    shell:
        "wav2nano compile-firmware --sketch firmware/sketches/{wildcards.sketch}"
        " --code {input.code:q} --data {input.data:q} --config-hash {params.config}"
        " --code-hash {params.code} --board {params.board:q} --libraries firmware/libraries"
        " --out {params.folder:q} 2>&1 | tee {log:q}"


rule simulate_board:
    input:
        listener=f"{RESULTS}/firmware/listener.bin",
        elf=f"{RESULTS}/firmware/listener.elf",
        build=f"{RESULTS}/firmware/listener.json",
        self_test=f"{RESULTS}/firmware/self_test.bin",
        self_test_elf=f"{RESULTS}/firmware/self_test.elf",
        model=f"{RESULTS}/model_int8.tflite",
        preprocessing=PREPROCESSING,
        code=ALL_CODE,
        split=SPLIT,
        windows=of(lambda experiment: experiment.windows()),
    output:
        f"{RESULTS}/firmware/board.json",
    log:
        "logs/{experiment}/simulate_board.log",
    benchmark:
        "logs/{experiment}/simulate_board.tsv"
    resources:
        mem_mb=2000,
    params:
        settings=settings(lambda settings: settings.simulation),
        code=code("wav2nano.firmware.simulate_board", kind=True, board=True),
        # Also compiled for this machine: the answers that the board must give.
        libraries=folders_digest("firmware/libraries"),
    shell:
        "wav2nano simulate-board --model {input.model:q} --preprocessing {input.preprocessing:q}"
        " --code {input.code:q} --listener {input.listener:q} --build {input.build:q}"
        " --self-test {input.self_test:q} --windows {input.windows:q} --split {input.split:q}"
        " --settings {params.settings:q} --libraries firmware/libraries --out {output:q}"
        " 2>&1 | tee {log:q}"
