# Requires: the int8 model, and the firmware's sources.
# Makes: generated C, the bytes to be flashed, and the report of the simulated board.

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
)
BUILT_FROM = code_digest(
    "wav2nano.synthesis",
    "wav2nano.dataset.index",
    "wav2nano.training.train",
    "wav2nano.quantization.quantize",
    "wav2nano.firmware.generate",
    "wav2nano.firmware.compile",
)


rule generate_code:
    input:
        f"{RESULTS}/model_int8.tflite",
        f"{RESULTS}/preprocessing.json",
    output:
        CODE_FILES,
    log:
        f"{RESULTS}/logs/generate_code.log",
    benchmark:
        f"{RESULTS}/benchmarks/generate_code.tsv"
    params:
        experiment=subpath(input[0], parent=True),
        folder=subpath(output[0], parent=True),
        title=config["experiment"],
        listener=as_json(config["listener"]),
        code=code_digest("wav2nano.firmware.generate"),
    shell:
        "wav2nano generate-code --experiment {params.experiment:q} --title {params.title:q}"
        " --listener {params.listener:q} --out {params.folder:q} 2>&1 | tee {log:q}"


rule compile_firmware:
    input:
        code=CODE_FILES,
        data=[MANIFEST, f"{RESULTS}/split.csv"],
    output:
        multiext(f"{RESULTS}/firmware/{{sketch}}", ".elf", ".bin", ".hex", ".json"),
    log:
        f"{RESULTS}/logs/compile_firmware/{{sketch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/compile_firmware/{{sketch}}.tsv"
    params:
        generated=subpath(input[0], parent=True),
        folder=subpath(output[0], parent=True),
        board=config["firmware"]["board"],
        config=settings_digest(firmware_settings()),
        code=BUILT_FROM,
        libraries=files_digest(["firmware/libraries", "firmware/hardware"]),
        sketch=lambda wildcards: files_digest([f"firmware/sketches/{wildcards.sketch}"]),
    shell:
        "wav2nano compile-firmware --sketch firmware/sketches/{wildcards.sketch}"
        " --code {params.generated:q} --data {input.data:q} --config-hash {params.config}"
        " --code-hash {params.code} --board {params.board:q} --libraries firmware/libraries"
        " --out {params.folder:q} 2>&1 | tee {log:q}"


rule simulate_board:
    input:
        f"{RESULTS}/firmware/listener.bin",
        f"{RESULTS}/firmware/listener.elf",
        f"{RESULTS}/firmware/listener.json",
        f"{RESULTS}/firmware/self_test.bin",
        f"{RESULTS}/firmware/self_test.elf",
        f"{RESULTS}/model_int8.tflite",
        f"{RESULTS}/preprocessing.json",
        code=CODE_FILES,
        split=f"{RESULTS}/split.csv",
        chunks=chunk_files(),
    output:
        f"{RESULTS}/firmware/board.json",
    log:
        f"{RESULTS}/logs/simulate_board.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_board.tsv"
    params:
        experiment=subpath(input[0], ancestor=2),
        settings=as_json(config["simulation"]),
        code=code_digest("wav2nano.firmware.simulate"),
        # Compiled for this machine, too: what the board must answer.
        libraries=files_digest(["firmware/libraries"]),
    shell:
        "wav2nano simulate-board --experiment {params.experiment:q} --chunks {input.chunks:q}"
        " --split {input.split:q} --settings {params.settings:q} --libraries firmware/libraries"
        " --out {output:q} 2>&1 | tee {log:q}"
