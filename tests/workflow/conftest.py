"""A small experiment, run once through the whole workflow in a copy of the checkout."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@dataclass
class Checkout:
    """A checkout with settings of its own, and an environment to run commands in."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """Environment of the commands."""
        someone = {"NAME": "someone", "EMAIL": "someone@example.org"}
        return {
            **os.environ,
            **{
                f"GIT_{who}_{key}": text
                for who in ("AUTHOR", "COMMITTER")
                for key, text in someone.items()
            },
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **self.environment,
        }

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess:
        result = subprocess.run(
            command,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            env=self.variables(),
        )
        if check and result.returncode:
            raise AssertionError(f"{command}\n{result.stdout[-2000:]}\n{result.stderr[-6000:]}")
        return result

    def output(self, *command: str, check: bool = True) -> str:
        """What a command says, on either stream."""
        result = self.run(*command, check=check)
        return result.stdout + result.stderr

    def snakemake(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        return self.run("snakemake", "--cores", "2", *arguments, check=check)

    def dvc(self, *arguments: str, check: bool = True) -> str:
        return self.output("dvc", *arguments, check=check)

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", "a change")

    def clone(self, target: Path) -> "Checkout":
        """A fresh clone of what is committed."""
        self.run("git", "clone", "--quiet", str(self.root), str(target))
        return Checkout(target, self.environment)

    def planned(self, *arguments: str) -> dict[str, int]:
        """Jobs that a run would do, by rule: one of everything, or with other arguments."""
        output = self.snakemake("-n", *(arguments or ("firmware",))).stdout
        jobs = dict(re.findall(r"^(\w+) +(\d+)$", output, re.MULTILINE))
        return {rule: int(n) for rule, n in jobs.items() if rule not in ("total", "firmware")}

    def change_settings(self, file: str = "params.yaml", **sections) -> None:
        path = self.root / file
        settings = yaml.safe_load(path.read_text())
        for name, value in sections.items():
            if isinstance(value, dict):
                settings[name] = settings.get(name, {}) | value
            else:
                settings[name] = value
        path.write_text(yaml.safe_dump(settings, allow_unicode=True))

    def replace(self, file: str, old: str, new: str) -> None:
        """Change one place of a file."""
        path = self.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


def copy_checkout(target: Path) -> Checkout:
    """Copy all files that are in git or could be, with what is not committed yet."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in names:
        source = ROOT / name
        # These are of the default settings, and the small experiment has its own.
        if name and source.is_file() and name.split("/")[0] not in ("dvc.lock", "metrics", "tests"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name, follow_symlinks=False)
    checkout = Checkout(target)
    checkout.run("git", "init", "--quiet", "--initial-branch", "main")
    return checkout


KEYWORDS = "config/experiments/keywords.yaml"
SECOND = "config/experiments/second.yaml"


def make_small(checkout: Checkout) -> None:
    """Settings with which the whole workflow takes a minute: two experiments, two words each."""
    (checkout.root / KEYWORDS).write_text(
        "dataset: keywords\nlabels: [never, all]\nsynthesize: words\n"
    )
    (checkout.root / SECOND).write_text(
        "dataset: keywords\nlabels: [never, must]\nsynthesize: words\n"
        "model:\n"
        "  {architecture: streaming_resnet, filters: [8, 8], kernels: [3, 3], strides: [2, 1]}\n"
        "listener: {inferences_per_second: 25}\n"
        "detection: {recipe: mlperf_tiny, rule: mlperf_tiny}\n"
    )
    checkout.change_settings(
        experiments=["keywords", "second"],
        split={"validation": 0.25, "test": 0.25},
        model={"filters": [8], "units": [12]},
        training={"epochs": 3},
        quantization={"calibration_windows": 40},
        simulation={"recordings": 6, "track_seconds": 6},
        detection={"hours": 0.02},
    )
    path = checkout.root / "config" / "datasets" / "keywords.yaml"
    dataset = yaml.safe_load(path.read_text())
    synthesis = dataset["synthesis"]
    synthesis["recordings"] = 24
    synthesis["copies"] = 1
    synthesis["unknown"] = {"recordings": 24, "words": ["ever", "wall", "water"]}
    synthesis["silence"]["recordings"] = 24
    synthesis["acoustics"]["noise"]["kinds"] = ["white", "pink"]
    here = [name for name in ("flite", "festival") if shutil.which(name)]
    # Tests fetch nothing.
    synthesis["engines"] = {name: synthesis["engines"][name] for name in ("espeak", *here)}
    path.write_text(yaml.safe_dump(dataset))


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Checkout:
    """A checkout whose small experiment has gone all the way; tests leave it as it is.

    It was built by `dvc repro`, is committed, and its files are in a remote beside it.
    """
    for program in ("arm-none-eabi-gcc", "cc"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not here")
    folder = tmp_path_factory.mktemp("workflow")
    checkout = copy_checkout(folder / "a checkout $1")
    make_small(checkout)
    # The cache of other users and of other tests is not this one's.
    checkout.run("dvc", "remote", "add", "--default", "storage", str(folder / "storage"))
    checkout.dvc("repro")
    checkout.commit()
    checkout.dvc("push")
    return checkout


@pytest.fixture
def changed(built, tmp_path) -> Checkout:
    """A copy of the built checkout, to change."""
    target = tmp_path / "copy"
    shutil.copytree(built.root, target, symlinks=True)
    return Checkout(target)


@pytest.fixture
def fresh(tmp_path) -> Checkout:
    """A checkout in which nothing was built."""
    return copy_checkout(tmp_path / "fresh")


@dataclass
class S3:
    """An S3 server on loopback, with a bucket."""

    endpoint: str
    bucket: str
    credentials: dict[str, str]

    def check_credentials(self, check: bool) -> None:
        """Refuse all credentials, or take any."""
        request = urllib.request.Request(
            f"{self.endpoint}/moto-api/reset-auth",
            data=b"0" if check else b"inf",
            headers={"Content-Type": "text/plain"},
        )
        urllib.request.urlopen(request, timeout=20).close()


def free_port() -> int:
    """Find a port on loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="session")
def s3():
    """An S3 server that takes any credentials."""
    port = free_port()
    command = [BIN / "moto_server", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"
    bucket = urllib.request.Request(f"{endpoint}/wav2nano", method="PUT")
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(bucket, timeout=20).close()
            break
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline, "moto_server does not answer"
            time.sleep(0.2)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    credentials = dict.fromkeys(names, "any") | {"AWS_DEFAULT_REGION": "us-east-1"}
    yield S3(endpoint, "s3://wav2nano", credentials)
    server.kill()
    server.wait()
