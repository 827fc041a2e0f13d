"""Sketches through the build tools: the same bytes everywhere, plain words where it fails."""

import re
import shutil
import struct
from pathlib import Path

import pytest

from wav2nano.arduino.build import compile_sketch
from wav2nano.errors import UserError

WERROR = {"compiler.c.extra_flags": "-Werror", "compiler.cpp.extra_flags": "-Werror"}
LIBRARY = "name={name}\nversion=1.0.0\nauthor=a\nmaintainer=a\narchitectures=*\n"
PDM_SKETCH = Path(__file__).parent / "sketches" / "pdm_echo"


def make_sketch(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / f"{folder.name}.ino").write_text(text)
    return folder


def test_sketch_becomes_a_flashable_binary(build_tools, blink_talk, tmp_path):
    report = compile_sketch(blink_talk, tmp_path, properties=WERROR)
    binary = (tmp_path / "blink_talk.bin").read_bytes()
    assert report.warnings == []
    assert report.flash_bytes == len(binary) < 6000
    assert (report.flash_limit, report.ram_limit) == (0xF0000, 0x40000)
    stack_top, reset = struct.unpack_from("<2I", binary)
    assert 0x20000000 < stack_top <= 0x20000000 + report.ram_bytes
    assert reset % 2 == 1, "an address of Thumb code"
    assert 0x10000 < reset < 0x10000 + len(binary)
    assert (tmp_path / "blink_talk.elf").read_bytes()[:4] == b"\x7fELF"
    assert (tmp_path / "blink_talk.hex").read_text().startswith(":020000021000EC")


def test_bytes_do_not_depend_on_folders(build_tools, blink_talk, tmp_path):
    elsewhere = tmp_path / "a folder, with 'quotes', $signs and ä" / "blink_talk"
    shutil.copytree(blink_talk, elsewhere)
    here = compile_sketch(blink_talk, tmp_path / "here")
    there = compile_sketch(elsewhere, elsewhere.parent / "out")
    assert here.sha256 == there.sha256


def test_arduino_cli_and_arduino_builder_agree(build_tools, no_libraries, tmp_path):
    """Also where files have static variables of the same name, which sorting leaves in a tie."""
    if len(build_tools) < 2:
        pytest.skip(f"only {build_tools[0]} is on PATH: nothing to compare it with")
    sketch = tmp_path / "pdm_echo"
    shutil.copytree(PDM_SKETCH, sketch)
    library = no_libraries / "Ties"
    (library / "src").mkdir(parents=True)
    (library / "library.properties").write_text(LIBRARY.format(name="Ties"))
    (library / "src" / "ties.h").write_text('extern "C" int tie_a(), tie_m(), tie_z();\n')
    places = {"a": sketch, "m": library / "src", "z": sketch}
    for (name, folder), size in zip(places.items(), (12, 40, 100), strict=True):
        (folder / f"{name}.c").write_text(
            f"static volatile int tied[{size}], filled[{size}] = {{{size}}};\n"
            f"int tie_{name}(void);\n"
            f"int tie_{name}(void) {{ return tied[1]++ + filled[0]++; }}\n"
        )
    source = sketch / "pdm_echo.ino"
    text = source.read_text().replace("report();", "report(), print_ties();", 1)
    source.write_text(
        f"#include <ties.h>\nvolatile int tied[7];\n{text}\n"
        "void print_ties() { Serial.print(tie_a() + tie_m() + tie_z() + tied[0]++); }\n"
    )
    for tool in build_tools:
        report = compile_sketch(
            sketch, tmp_path / tool, build_tool=tool, libraries=no_libraries, properties=WERROR
        )
        assert report.tool.startswith(tool)
    assert b"tied" in (tmp_path / build_tools[0] / "pdm_echo.elf").read_bytes()
    binaries = {(tmp_path / tool / "pdm_echo.bin").read_bytes() for tool in build_tools}
    assert len(binaries) == 1


def test_no_folder_name_in_the_binary(build_tools, tmp_path):
    sketch = make_sketch(
        tmp_path / "named", "void setup() { Serial.println(__FILE__); } void loop() {}"
    )
    compile_sketch(sketch, tmp_path)
    binary = (tmp_path / "named.bin").read_bytes()
    assert b"named.ino" in binary
    assert b"/tmp" not in binary
    assert str(tmp_path).encode() not in binary


@pytest.mark.parametrize("number", [0, 1])
def test_compile_error_names_file_and_line(build_tools, number, tmp_path):
    if number >= len(build_tools):
        pytest.skip("only one build tool is on PATH")
    sketch = make_sketch(
        tmp_path / "broken", "void setup() {\n  no_such_function();\n}\nvoid loop() {}\n"
    )
    with pytest.raises(UserError) as caught:
        compile_sketch(sketch, tmp_path / "out", build_tool=build_tools[number])
    assert re.search(r"broken\.ino:2:\d+: error: 'no_such_function'", str(caught.value))
    assert "/tmp/wav2nano-build" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_failed_build_leaves_the_earlier_one(build_tools, tmp_path):
    sketch = make_sketch(tmp_path / "changing", "void setup() {}\nvoid loop() {}\n")
    compile_sketch(sketch, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (sketch / "changing.ino").write_text("void setup() { nonsense }")
    with pytest.raises(UserError):
        compile_sketch(sketch, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize(
    ("variable", "memory", "limit"),
    [
        ("const uint8_t", "bytes of flash, and the board has 983,040", 983040),
        ("uint8_t", "bytes of RAM, and the board has 262,144", 262144),
    ],
)
def test_too_large_for_the_board(build_tools, variable, memory, limit, tmp_path):
    size = 2_000_000
    sketch = make_sketch(
        tmp_path / "large",
        f"{variable} weights[{size}] = {{{'1' if 'const' in variable else ''}}};\n"
        "void setup() { Serial.print(weights[millis()]); }\nvoid loop() { weights; }\n"
        + ("" if "const" in variable else "void change() { weights[0]++; }\n"),
    )
    with pytest.raises(UserError, match="does not fit the board") as caught:
        compile_sketch(sketch, tmp_path / "out")
    assert memory in str(caught.value)
    needed = int(re.search(r"needs ([\d,]+) bytes", str(caught.value))[1].replace(",", ""))
    assert size < needed < size + 30000
    assert "`model`" in str(caught.value)


def test_heap_is_refused(build_tools, tmp_path):
    sketch = make_sketch(
        tmp_path / "heap",
        "void setup() { Serial.print((long)malloc(millis())); }\nvoid loop() {}\n",
    )
    with pytest.raises(UserError, match="uses the heap"):
        compile_sketch(sketch, tmp_path / "out")


def test_warnings_are_reported(build_tools, no_libraries, tmp_path):
    sketch = make_sketch(tmp_path / "sloppy", "void setup() { int unused; }\nvoid loop() {}\n")
    report = compile_sketch(sketch, tmp_path / "out", libraries=no_libraries)
    assert len(report.warnings) == 1
    assert "sloppy.ino:1:" in report.warnings[0]
    assert "unused variable" in report.warnings[0]


def test_libraries_of_any_folder(build_tools, no_libraries, tmp_path):
    library = no_libraries / "Answer"
    (library / "src").mkdir(parents=True)
    (library / "library.properties").write_text(LIBRARY.format(name="Answer"))
    (library / "src" / "answer.h").write_text(
        '#ifdef __cplusplus\nextern "C"\n#endif\nint answer(void);\n'
    )
    (library / "src" / "answer.c").write_text('#include "answer.h"\nint answer(void) {return 42;}')
    sketch = make_sketch(
        tmp_path / "asks",
        "#include <answer.h>\nvoid setup() { Serial.print(answer()); }\nvoid loop() {}\n",
    )
    compile_sketch(sketch, tmp_path / "out", libraries=no_libraries)
    with pytest.raises(UserError, match=r"answer\.h"):
        compile_sketch(sketch, tmp_path / "out")


def test_not_a_sketch(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=r"no folder\.ino"):
        compile_sketch(tmp_path / "folder", tmp_path)


def test_other_boards_need_arduino_cli(compiler, blink_talk, tmp_path):
    if not shutil.which("arduino-builder"):
        pytest.skip("arduino-builder is not on PATH")
    with pytest.raises(UserError, match="needs arduino-cli"):
        compile_sketch(
            blink_talk,
            tmp_path,
            fqbn="arduino:mbed_nano:nano33ble",
            build_tool="arduino-builder",
        )


def test_official_core_missing(blink_talk, tmp_path, monkeypatch):
    if not shutil.which("arduino-cli"):
        pytest.skip("arduino-cli is not on PATH")
    monkeypatch.setenv("HOME", str(tmp_path))
    data = tmp_path / ".arduino15"
    data.mkdir()
    (data / "package_index.json").write_text('{"packages": []}')
    (data / "library_index.json").write_text('{"libraries": []}')
    with pytest.raises(UserError, match="arduino-cli core install arduino:mbed_nano"):
        compile_sketch(
            blink_talk, tmp_path, fqbn="arduino:mbed_nano:nano33ble", build_tool="arduino-cli"
        )
