# make firmware        set up this machine, then go from words or recordings to a binary
# make test            set up, then lint and test everything
# make coverage        the same, and show what no test reaches in src/
# make report          what was built, as one page: report.html
# make remote URL=...  where data, models and firmware are kept: a folder, s3://bucket/path, ssh://...
# make bench RECORDINGS=folder SPEECH_COMMANDS=folder URBAN_SOUNDS=folder    measures what README quotes
# make torture         tries for hours to break what was built, and writes what README says of it
# make firmware EXPERIMENT=digits RECORDINGS=folder    another experiment (or a,b), recordings you have
.POSIX:
.PHONY: firmware report remote test coverage bench torture lint setup oracle lock clean help
MAKEFLAGS += --no-print-directory

export UV_SYSTEM_CERTS = 1
# Some containers stop Python caching bytecode; TensorFlow then takes three times as long to start.
export PYTHONDONTWRITEBYTECODE =
BIN = .venv/bin
EXPERIMENT =
RECORDINGS =
URL =
SPEECH_COMMANDS =
URBAN_SOUNDS =
TESTS = tests
PARTS =

# What people name reaches the shell as it is, whatever characters it has.
export NAMED_EXPERIMENTS := $(value EXPERIMENT)
export NAMED_RECORDINGS := $(value RECORDINGS)
export NAMED_URL := $(value URL)
export NAMED_SPEECH_COMMANDS := $(value SPEECH_COMMANDS)
export NAMED_URBAN_SOUNDS := $(value URBAN_SOUNDS)
unexport EXPERIMENT RECORDINGS URL SPEECH_COMMANDS URBAN_SOUNDS

# The experiments listed in params.yaml, unless others are named.
ifneq ($(value EXPERIMENT),)
SETTINGS = --config "experiments=[$$NAMED_EXPERIMENTS]"
endif

firmware: setup
ifneq ($(value EXPERIMENT),)
	@for name in $$(printf '%s' "$$NAMED_EXPERIMENTS" | tr , ' '); do \
		$(BIN)/wav2nano fetch-dataset --experiment "$$name" \
			$${NAMED_RECORDINGS:+--source "$$NAMED_RECORDINGS"} || exit 1; done
endif
	@echo "make: running snakemake --cores all firmware" $(SETTINGS)
	@$(BIN)/snakemake --cores all firmware $(SETTINGS) --quiet rules
	@$(BIN)/snakemake --cores 1 summarize $(SETTINGS) --quiet all

report: setup
	@$(BIN)/snakemake --report report.html $(SETTINGS) firmware

remote: setup
	@[ -n "$$NAMED_URL" ] || { echo "make: where to? make remote URL=folder (or s3://bucket/path, ssh://host/path)"; exit 2; }
	@$(BIN)/dvc remote add --quiet --force --default storage "$$NAMED_URL"
	@$(BIN)/dvc remote modify --quiet storage verify true
	@echo "make: .dvc/config now names the remote: commit it. Then: dvc push, and elsewhere dvc pull"

setup:
	@tools/setup

# tflite-micro has only dated releases, which may vanish: tests that use it are skipped without it.
oracle: setup
	@$(BIN)/python -c 'import tflite_micro' 2>/dev/null || \
		$(BIN)/uv pip install --quiet --no-deps --require-hashes -r tests/oracle.lock || \
		echo "make: tflite-micro is not available now: its tests are skipped"

lint: setup
	@echo "make: lint"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/snakefmt --check Snakefile workflow/rules 2>/dev/null || \
		{ echo "run: snakefmt Snakefile workflow/rules"; exit 1; }
	@$(BIN)/python tools/lint_workflow
	@git ls-files '*.c' '*.h' '*.cpp' '*.ino' | xargs $(BIN)/clang-format --dry-run --Werror

test: lint oracle
	@echo "make: tests"
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(MEASURE) $(TESTS)

coverage: MEASURE = --cov --cov-report=term:skip-covered --cov-report=xml
coverage: test

# Writes benchmarks/figures/ and README's figures, which are in git. SPEECH_COMMANDS is the test set of
# Speech Commands v0.02, RECORDINGS the Free Spoken Digits (without it they are downloaded),
# URBAN_SOUNDS folds of UrbanSound8K (without it they are left out).
bench: setup
	@[ -d "$$NAMED_SPEECH_COMMANDS" ] || { echo "make: where is the test set of Speech Commands? make bench SPEECH_COMMANDS=folder"; exit 2; }
	@[ -z "$$(git status --porcelain)" ] || { echo "make: commit first: what is measured is a clone"; exit 2; }
	@$(MAKE) firmware EXPERIMENT= RECORDINGS=
	@echo "make: features against librosa, on $$NAMED_SPEECH_COMMANDS"
	@$(BIN)/python benchmarks/bench_features.py "$$NAMED_SPEECH_COMMANDS"
	@echo "make: ten digits by real speakers"
	@$(BIN)/python benchmarks/bench_experiments.py $${NAMED_RECORDINGS:+"$$NAMED_RECORDINGS"}
	@echo "make: every architecture and every published system, cross-validated: hours, and it goes on where it was"
	@$(BIN)/python benchmarks/bench_zoo.py --work build/zoo $${NAMED_RECORDINGS:+--digits "$$NAMED_RECORDINGS"} \
		$${NAMED_URBAN_SOUNDS:+--urban "$$NAMED_URBAN_SOUNDS"}
	@echo "make: words typed, none recorded, heard by real speakers of $$NAMED_SPEECH_COMMANDS"
	@$(BIN)/python benchmarks/bench_real_speakers.py "$$NAMED_SPEECH_COMMANDS"
	@echo "make: a run with nothing to do, and one recording more"
	@$(BIN)/python benchmarks/bench_rebuilds.py 100 1000 10000
	@echo "make: memory over the number of windows"
	@$(BIN)/python benchmarks/bench_memory.py 10000 100000 1000000
	@$(BIN)/python benchmarks/readme.py --gather

# Some hours; parts of it alone: PARTS="kills models".
torture: oracle
	@$(MAKE) firmware EXPERIMENT= RECORDINGS=
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tests:tests/codegen $(BIN)/python -m torture $(PARTS)
	@$(BIN)/python benchmarks/readme.py

lock:
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
		--python-version 3.11 --all-extras pyproject.toml -o requirements.lock \
		--custom-compile-command "make lock"

clean:
	rm -rf results logs data/index data/synthetic data/windows data/features .snakemake

help:
	@sed -n 's/^# //p' Makefile | head -8
