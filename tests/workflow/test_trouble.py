"""Trouble with remotes, disks and killed runs: what is said, what stays as it was, what mends it.

What the tools say is in the table of docs/versions.md, word for word, with what to do.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from workflow.conftest import ROOT, Checkout, free_port

pytestmark = pytest.mark.xdist_group("workflow")

FIRMWARE = "results/keywords/firmware"
BINARY = f"{FIRMWARE}/listener.bin"
TABLE = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")


def says(checkout: Checkout, *command: str, words: str) -> str:
    """Run a command that fails with words that are in the table; nothing wrong gets recorded."""
    lock = (checkout.root / "dvc.lock").read_bytes()
    result = checkout.run(*command, check=False)
    output = result.stdout + result.stderr
    assert result.returncode != 0, output
    assert words in output, output[-3000:]
    assert words in TABLE
    assert "Traceback" not in output
    assert (checkout.root / "dvc.lock").read_bytes() == lock
    return output


def stored(folder, checkout: Checkout, name: str = BINARY):
    """Path of a file's object in a cache or a remote."""
    digest = checkout.run("md5sum", name).stdout.split()[0]
    return folder / "files" / "md5" / digest[:2] / digest[2:]


def damage(path):
    content = bytearray(path.read_bytes())
    content[100] ^= 255
    path.chmod(0o644)
    path.write_bytes(content)


def change_sketch(checkout: Checkout) -> None:
    old = "LED_MILLISECONDS = 500"
    checkout.replace("firmware/sketches/listener/listener.ino", old, old.replace("5", "4"))


def set_url(checkout: Checkout, url) -> None:
    checkout.run("dvc", "remote", "modify", "storage", "url", str(url))


def is_whole(checkout: Checkout) -> None:
    assert "up to date" in checkout.dvc("status")
    assert checkout.planned() == {}


def small_disk(folder, spare: int):
    """Put a folder on a disk with `spare` bytes left."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    content = 4096 * sum(-(-size // 4096) for size in sizes) + spare
    kept = folder.with_name(f"{folder.name}.kept")
    folder.rename(kept)
    folder.mkdir()
    mount(folder, "-t", "tmpfs", "-o", f"size={content}", "tmpfs")
    subprocess.run(["cp", "-a", f"{kept}/.", str(folder)], check=True)


def mount(folder, *arguments: str) -> None:
    command = ["mount", *arguments, str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk cannot be mounted here: that takes root")


@pytest.fixture
def unmounted(changed):
    """A copy of the built checkout, of which folders may be mounted; they are unmounted later."""
    yield changed
    for line in Path("/proc/mounts").read_text().splitlines():
        folder = line.split()[1].replace("\\040", " ")
        if folder.startswith(str(changed.root)):
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def clone(built, tmp_path) -> Checkout:
    """A fresh clone, with a copy of the remote for itself."""
    clone = built.clone(tmp_path / "clone")
    storage = tmp_path / "storage"
    subprocess.run(["cp", "-a", str(built.root.parent / "storage"), str(storage)], check=True)
    set_url(clone, storage)
    return clone


def test_no_remote_is_set(clone, tmp_path):
    clone.run("dvc", "remote", "remove", "storage")
    says(clone, "dvc", "pull", words="No remote provided and no default remote set")
    says(clone, "dvc", "push", words="no remote specified")
    clone.run("dvc", "remote", "add", "--default", "storage", str(tmp_path / "storage"))
    clone.dvc("pull")
    is_whole(clone)


def test_a_folder_that_is_not_mounted(clone, tmp_path):
    set_url(clone, tmp_path / "not mounted")
    says(clone, "dvc", "pull", words="Some of the cache files do not exist neither locally nor on")
    assert not (clone.root / BINARY).exists()
    set_url(clone, tmp_path / "storage")
    clone.dvc("pull", FIRMWARE)
    assert (clone.root / BINARY).exists()


def test_s3_out_of_reach_and_refused(changed, tmp_path, s3):
    changed.run("dvc", "remote", "add", "--force", "--default", "storage", f"{s3.bucket}/trouble")
    changed.run("dvc", "remote", "modify", "storage", "endpointurl", s3.endpoint)
    changed.environment |= s3.credentials | {"AWS_RETRY_MODE": "standard"}
    changed.dvc("push")
    changed.commit()
    clone = changed.clone(tmp_path / "clone")
    pull = ("dvc", "pull", FIRMWARE)

    nobody = f"http://127.0.0.1:{free_port()}"
    clone.run("dvc", "remote", "modify", "--local", "storage", "endpointurl", nobody)
    start = time.monotonic()
    says(clone, *pull, words="Could not connect to the endpoint URL")
    assert time.monotonic() - start < 60
    clone.run("dvc", "remote", "modify", "--local", "storage", "endpointurl", s3.endpoint)

    s3.check_credentials(True)
    try:
        says(clone, *pull, words="(403)")
    finally:
        s3.check_credentials(False)
    for name in s3.credentials:
        clone.environment[name] = ""
    # Neither are there those of the person who runs this.
    files = {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_CONFIG_FILE": "/nowhere"}
    clone.environment |= files | {"AWS_EC2_METADATA_DISABLED": "true"}
    says(clone, *pull, words="Unable to locate credentials")
    clone.environment |= s3.credentials
    clone.dvc(*pull[1:])
    assert (clone.root / BINARY).read_bytes() == (changed.root / BINARY).read_bytes()


def test_an_object_is_lost(clone, built, tmp_path):
    lost = stored(tmp_path / "storage", built)
    lost.unlink()
    clone.dvc("pull", "results/keywords/code")
    says(clone, "dvc", "pull", words="failed to transfer")
    # DVC takes away the folder of a file that is missing; the other folders are there.
    says(clone, "dvc", "checkout", words="Checkout failed for following targets")
    assert not (clone.root / "results").exists()
    assert any((clone.root / "data" / "features").iterdir())
    # Parts that have come whole are taken by name, and the rest is built.
    missing = clone.dvc("data", "status", "--granular").split("uncommitted")[0]
    assert re.findall(r"results/\S+", missing) == [BINARY]
    parts = {path.name for path in (built.root / "results" / "keywords").iterdir()} - {"firmware"}
    clone.dvc("checkout", "results/second", *(f"results/keywords/{name}" for name in parts))
    rules = {"compile_firmware", "simulate_board", "report_results", "record_checksums"}
    assert clone.planned().keys() == rules
    clone.dvc("repro")
    is_whole(clone)
    # DVC believes that the remote has all files of the folder that it has a list of.
    assert "Everything is up to date" in clone.dvc("push", "results")
    assert not lost.exists()
    lost.write_bytes(stored(clone.root / ".dvc" / "cache", built).read_bytes())
    other = built.clone(tmp_path / "other")
    set_url(other, tmp_path / "storage")
    other.dvc("pull")
    is_whole(other)


def test_a_damaged_object_in_the_cache(changed):
    damage(stored(changed.root / ".dvc" / "cache", changed))
    (changed.root / BINARY).unlink()
    # DVC believes its cache.
    changed.dvc("checkout")
    says(changed, "dvc", "repro", words="was changed by hand after it was built")
    (changed.root / BINARY).unlink()
    changed.dvc("status")
    changed.dvc("pull")
    is_whole(changed)


def test_a_damaged_object_in_the_remote(clone, built, tmp_path):
    damage(stored(tmp_path / "storage", built))
    # DVC takes it as it is, unless told otherwise; Snakemake's checksums tell.
    clone.dvc("pull")
    says(clone, "snakemake", "-n", "firmware", words="was changed by hand after it was built")
    subprocess.run(["rm", "-r", str(clone.root / ".dvc/cache"), str(clone.root / FIRMWARE)])
    clone.run("dvc", "remote", "modify", "storage", "verify", "true")
    says(clone, "dvc", "pull", words="Checkout failed for following targets")
    assert not (clone.root / BINARY).exists()
    # Someone who has it pushes all to a new place.
    built.run("dvc", "remote", "add", "--local", "new", str(tmp_path / "new"))
    try:
        built.dvc("push", "--remote", "new")
    finally:
        built.run("dvc", "remote", "remove", "--local", "new")
    set_url(clone, tmp_path / "new")
    clone.dvc("pull")
    is_whole(clone)


def test_a_damaged_result(changed):
    features = next((changed.root / "data" / "features").rglob("*.h5"))
    features.write_bytes(features.read_bytes()[:2000])
    changed.change_settings(training={"epochs": 4})
    says(changed, "dvc", "repro", words="was changed by hand after it was built")
    changed.dvc("checkout", "--force", str(features.relative_to(changed.root)))
    changed.run("git", "checkout", ".")
    is_whole(changed)


def test_two_builds_at_once_and_a_killed_one(changed):
    change_sketch(changed)
    said = changed.root / ".snakemake" / "said"
    with said.open("w") as out:
        run = subprocess.Popen(
            ["dvc", "repro"],
            cwd=changed.root,
            env=changed.variables(),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    incomplete = changed.root / ".snakemake" / "incomplete"
    deadline = time.monotonic() + 120
    while not (incomplete.is_dir() and any(incomplete.iterdir())):
        assert run.poll() is None, said.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    # In the middle of a job, and the others find it so.
    os.killpg(run.pid, signal.SIGSTOP)
    try:
        says(changed, "dvc", "repro", words="is busy, it is being blocked by")
        build = ("snakemake", "--cores", "2", "firmware")
        output = says(changed, *build, words="Directory cannot be locked")
        assert "--unlock" in output
    finally:
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    words = "A killed run had left its lock"
    assert words in changed.dvc("repro")
    assert words in TABLE
    is_whole(changed)


def test_a_full_disk(unmounted):
    change_sketch(unmounted)
    firmware, cache = unmounted.root / FIRMWARE, unmounted.root / ".dvc" / "cache"
    # Snakemake removes what it builds anew, which makes room: on this disk, there never was any.
    shutil.rmtree(firmware)
    firmware.mkdir()
    (firmware / "other").touch()  # Snakemake removes folders that are empty
    small_disk(firmware, 16384)
    output = says(unmounted, "dvc", "repro", words="cannot be written: No space left on device")
    assert FIRMWARE in output
    mount(firmware, "-o", "remount,size=50m")
    small_disk(cache, 16384)
    unmounted.run("dvc", "remote", "remove", "storage")
    # DVC names each file that it cannot keep, and ends with success; tools/ci does not.
    said = unmounted.run("tools/ci", check=False)
    assert said.returncode != 0
    words = "[Errno 28] No space left on device"
    assert words in said.stderr
    assert words in TABLE
    assert "not in cache" in said.stdout
    assert "do not commit dvc.lock" in said.stdout
    mount(cache, "-o", "remount,size=50m")
    done = unmounted.dvc("repro")
    assert "Nothing to be done" in done
    is_whole(unmounted)


def test_results_that_may_not_be_written(unmounted):
    change_sketch(unmounted)
    results = unmounted.root / "results"
    mount(results, "--bind", str(results))
    mount(results, "-o", "remount,ro,bind")
    says(unmounted, "dvc", "repro", words="Read-only file system")
    build = ("snakemake", "--cores", "2", "firmware")
    says(unmounted, *build, words="Write-protected output files")
    subprocess.run(["umount", "--lazy", str(results)], check=True)
    assert "compile_firmware" in unmounted.planned()
