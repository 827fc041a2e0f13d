"""What is pushed to a folder, to S3 or over SSH comes back elsewhere as it was."""

import hashlib
import subprocess
import sys

import pytest
import yaml

from workflow.conftest import Checkout

pytestmark = pytest.mark.xdist_group("workflow")

FIRMWARE = "results/keywords/firmware"
SSH_SERVER = """
import asyncio, sys, asyncssh

class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("someone", "secret")

async def serve(folder):
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=folder),
    )
    print(server.get_port(), flush=True)
    await server.wait_closed()

asyncio.run(serve(sys.argv[1]))
"""


@pytest.fixture
def ssh(tmp_path):
    """URL of a folder behind an SSH server on loopback."""
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = subprocess.Popen(
        [sys.executable, "-c", SSH_SERVER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    yield f"ssh://someone@127.0.0.1:{server.stdout.readline().strip()}/storage"
    server.kill()
    server.wait()


def files(checkout):
    """Paths and bytes of what is built or brought, by what DVC holds of it."""
    return {
        str(path.relative_to(checkout.root)): path.read_bytes()
        for folder in ("data", "metrics", "results", ".snakemake/metadata")
        for path in (checkout.root / folder).rglob("*")
        if path.is_file()
    }


def objects(folder):
    """Names of what a cache or a remote in a folder holds."""
    return {path.parent.name + path.name for path in (folder / "files" / "md5").glob("??/*")}


def goes_round(checkout, target, *local):
    """Push, clone, pull the firmware alone, then all; `local` is a setting that is not in git."""
    checkout.commit()
    checkout.dvc("push")
    clone = checkout.clone(target)
    if local:
        clone.run("dvc", "remote", "modify", "--local", "storage", *local)
    clone.dvc("pull", FIRMWARE)
    expected = files(checkout)
    of_firmware = {name for name in expected if name.startswith(FIRMWARE)}
    # Nothing else is fetched but the list of all files of `results`.
    outputs = yaml.safe_load((checkout.root / "dvc.lock").read_text())["stages"]["firmware"]["outs"]
    of_results = next(output["md5"] for output in outputs if output["path"] == "results")
    hashes = {hashlib.md5(expected[name]).hexdigest() for name in of_firmware}
    assert objects(clone.root / ".dvc" / "cache") == hashes | {of_results}
    in_git = {
        f"{folder}/{name}.json"
        for folder in ("metrics", "metrics/trained_on")
        for name in ("keywords", "second")
    } | {"data/raw/keywords/README.md"}
    assert files(clone).keys() - in_git == of_firmware
    clone.dvc("pull")
    assert files(clone) == expected
    assert "up to date" in clone.dvc("status")
    assert clone.planned() == {}


def test_a_folder(changed, tmp_path):
    # The set-up is not made here, and its commands are those of the environment.
    bin_folder = changed.variables()["PATH"].split(":")[0]
    url = tmp_path / "a folder"
    changed.run("make", "--old-file", "setup", "remote", f"URL={url}", f"BIN={bin_folder}")
    goes_round(changed, tmp_path / "clone")
    assert (url / "files" / "md5").is_dir()


def test_s3(changed, tmp_path, s3):
    changed.environment |= s3.credentials
    changed.run("dvc", "remote", "add", "--force", "--default", "storage", f"{s3.bucket}/models")
    changed.run("dvc", "remote", "modify", "storage", "endpointurl", s3.endpoint)
    goes_round(changed, tmp_path / "clone")


def test_ssh(changed, tmp_path, ssh):
    changed.run("dvc", "remote", "add", "--force", "--default", "storage", ssh)
    password = ("password", "secret")
    changed.run("dvc", "remote", "modify", "--local", "storage", *password)
    goes_round(changed, tmp_path / "clone", *password)


def test_a_part_that_is_pushed_alone_hides_the_rest(tmp_path):
    small = Checkout(tmp_path / "small", {"DVC_NO_ANALYTICS": "1"})
    for name in ("firmware", "scores"):
        (small.root / "results" / name).mkdir(parents=True)
        (small.root / "results" / name / "file").write_text(name)
    small.run("git", "init", "--quiet", "--initial-branch", "main")
    small.run("dvc", "init", "--quiet")
    stage = ("--name", "firmware", "--outs-persist", "results")
    small.run("dvc", "stage", "add", "--quiet", "--run", *stage, "true")
    small.run("dvc", "remote", "add", "--default", "storage", str(tmp_path / "storage"))
    small.commit()
    small.dvc("push", "results/firmware")
    # With the part came the list of all files, which DVC takes for all files.
    assert "Everything is up to date" in small.dvc("push")
    assert len(objects(tmp_path / "storage")) == 2
    clone = small.clone(tmp_path / "clone")
    clone.dvc("pull", "results/firmware")
    assert "failed to transfer" in clone.dvc("pull", check=False)
    # A new place gets all of it.
    for checkout in (small, clone):
        checkout.run("dvc", "remote", "modify", "storage", "url", str(tmp_path / "new"))
    small.dvc("push")
    clone.dvc("pull")
    assert files(clone) == files(small)
    assert len(files(clone)) == 2
