"""Which build tool is taken, and that a download is never trusted unchecked."""

import hashlib
import io
import platform
import tarfile

import pytest

from wav2nano.arduino import tools
from wav2nano.cli import main
from wav2nano.errors import UserError


def write_program(path, answer: str):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return path


CLI_ANSWER = "arduino-cli  Version: 1.5.1 Commit: 0 Date: 2026-06-05"
BUILDER_ANSWER = "Arduino Builder 1.3.25"


@pytest.fixture
def empty_machine(tmp_path, monkeypatch):
    """PATH with nothing of ours, an empty cache, no network: returns the only folder on PATH."""
    monkeypatch.delenv("WAV2NANO_BUILD_TOOL", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tools, "CLI_URL", (tmp_path / "server").as_uri() + "/")
    return tmp_path / "bin"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve an archive with a program in it; returns its checksum as the project would know it."""
    script = f"#!/bin/sh\necho '{CLI_ANSWER}'\n".encode()
    (tmp_path / "server").mkdir()
    with tarfile.open(tmp_path / "server" / "cli.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("arduino-cli")
        member.size = len(script)
        tar.addfile(member, io.BytesIO(script))
    checksum = hashlib.sha256((tmp_path / "server" / "cli.tar.gz").read_bytes()).hexdigest()
    machine = (platform.system(), platform.machine())
    monkeypatch.setattr(tools, "CLI_ARCHIVES", {machine: ("cli.tar.gz", checksum)})
    return checksum


def test_arduino_cli_comes_first(empty_machine):
    write_program(empty_machine / "arduino-builder", BUILDER_ANSWER)
    write_program(empty_machine / "arduino-cli", CLI_ANSWER)
    tool = tools.find_build_tool()
    assert (tool.name, tool.version, tool.reason) == ("arduino-cli", "1.5.1", "found on PATH")


def test_installed_builder_before_a_download(empty_machine, server, tmp_path):
    write_program(empty_machine / "arduino-builder", BUILDER_ANSWER)
    assert tools.find_build_tool().name == "arduino-builder"
    assert not (tmp_path / "cache").exists()


def test_download_is_kept(empty_machine, server, tmp_path):
    tool = tools.find_build_tool()
    assert str(tool) == "arduino-cli 1.5.1"
    assert tool.path.startswith(str(tmp_path / "cache"))
    (tmp_path / "server" / "cli.tar.gz").unlink()
    assert "downloaded earlier" in tools.find_build_tool().reason
    assert tools.find_build_tool("arduino-cli").path == tool.path


def test_wrong_checksum_is_refused(empty_machine, server, tmp_path):
    with (tmp_path / "server" / "cli.tar.gz").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(UserError, match="its checksum") as caught:
        tools.find_build_tool()
    assert "apt-get install arduino-builder" in str(caught.value)
    assert not list((tmp_path / "cache").rglob("arduino-cli*/*"))


def test_no_tool_and_no_network(empty_machine):
    with pytest.raises(UserError, match="apt-get install arduino-builder"):
        tools.find_build_tool()


def test_choice_by_argument_and_environment(empty_machine, monkeypatch, tmp_path):
    write_program(empty_machine / "arduino-cli", CLI_ANSWER)
    other = write_program(tmp_path / "opt" / "builder", BUILDER_ANSWER)
    assert tools.find_build_tool(str(other)).name == "arduino-builder"
    monkeypatch.setenv("WAV2NANO_BUILD_TOOL", str(other))
    tool = tools.find_build_tool()
    assert (tool.name, tool.reason) == ("arduino-builder", "named by WAV2NANO_BUILD_TOOL")
    assert tools.find_build_tool("arduino-cli").name == "arduino-cli"
    with pytest.raises(UserError, match="'absent', asked for"):
        tools.find_build_tool("absent")


def test_other_programs_are_refused(empty_machine, tmp_path):
    with pytest.raises(UserError, match="neither arduino-cli nor arduino-builder"):
        tools.find_build_tool(str(write_program(tmp_path / "other", "hello")))


def test_missing_compiler_names_packages(empty_machine, capsys):
    tools.find_compiler.cache_clear()
    write_program(empty_machine / "arduino-cli", CLI_ANSWER)
    assert main(["build-tool"]) == 1
    message = capsys.readouterr().err
    assert "gcc-arm-none-eabi" in message
    assert "libnewlib-arm-none-eabi" in message
    write_program(empty_machine / "arm-none-eabi-gcc", "nano.specs")
    assert main(["build-tool"]) == 1
    assert "no newlib-nano" in capsys.readouterr().err
    tools.find_compiler.cache_clear()


def test_build_tool_command(empty_machine, capsys):
    tools.find_compiler.cache_clear()
    write_program(empty_machine / "arm-none-eabi-gcc", "/some/nano.specs")
    write_program(empty_machine / "arduino-builder", BUILDER_ANSWER)
    assert main(["build-tool"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("arduino-builder 1.3.25: ")
    assert lines[0].endswith("(arduino-cli is not on PATH)")
    assert lines[1].startswith("compiler for the bundled board package: arm-none-eabi-gcc ")
    tools.find_compiler.cache_clear()
