"""SVOX Pico: two English voices and a German one, made of the speech of persons.

Its sources arrive in a package of PyPI and are compiled here: Debian has it in a section that most
machines do not list.
"""

import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from wav2nano.arpabet import name_sounds, replace_words, sounds_in
from wav2nano.files import atomic_path
from wav2nano.hostcc import compile_c
from wav2nano.package_files import Package, PackagedFile, PackagedFiles
from wav2nano.settings.synthesis import PicoSettings
from wav2nano.synthesis import base
from wav2nano.synthesis.base import Speech, Utterance, Voice, recorded_voices

PACKAGE = Package(
    "PyPI",
    "ttspico",
    "0.3.2",
    "743a280a8ced8523583665cb45797d730aceb2e145a04a212f82ebb0b5fac6c8",
    4_995_528,
)
SOURCES = "sources.tar.gz"
_INSIDE = "ttspico-0.3.2/picopi/pico"

FILES = PackagedFiles(
    "pico",
    "wav2nano fetch-voices pico",
    (
        PackagedFile(SOURCES, PACKAGE.sha256, ((PACKAGE, ""),)),
        *(
            PackagedFile(name, sha256, ((PACKAGE, f"{_INSIDE}/lang/{name}"),))
            for name, sha256 in (
                (
                    "en-GB_ta.bin",
                    "57998f6423236dea25cd572a73b13f371e64155840e31b571eba7fca0b521b7e",
                ),
                (
                    "en-GB_kh0_sg.bin",
                    "8f9f5d13a920a9f3371517178d42ce89b835f1e587760c2db280beb593c388fa",
                ),
                (
                    "en-US_ta.bin",
                    "3a2a4d23de2a44dbbff50f69dcb9486be53b6d0a871d77cdc35f45c3e25e82aa",
                ),
                (
                    "en-US_lh0_sg.bin",
                    "d6946526696d9eb085f7b23b1fbdf7a9986caca658b645e9eb73c6514fd4789d",
                ),
            )
        ),
    ),
)

# The analysis of the text and the voice itself.
SPEAKS = ("en", "de")
RESOURCES = {
    "en-GB": ("en-GB_ta.bin", "en-GB_kh0_sg.bin"),
    "en-US": ("en-US_ta.bin", "en-US_lh0_sg.bin"),
    "de-DE": ("de-DE_ta.bin", "de-DE_gl0_sg.bin"),
}

# The person whose speech a voice was built from: SVOX gives initials.
SPEAKERS = {"en-GB": "pico-kh", "en-US": "pico-lh", "de-DE": "pico-gl"}

LICENCES = dict.fromkeys(SPEAKERS, "Apache-2.0 (SVOX AG)")
"""As of NOTICE among the sources."""

FIXED_INTONATION: frozenset[str] = frozenset()

# What its English voices call the phonemes of CMUdict: letters of X-SAMPA, of which each knows its
# own alone. A backslash is written twice.
_R = "r\\\\"
_CONSONANTS = f"b t_S d D f g h d_Z k l m n N p {_R} s S t T v w j z Z"
NAMES = {
    "en-GB": name_sounds(
        _CONSONANTS,
        "Q { V O: a_U a_I E 3: e_I I i: o_U O_I U u:",
        "A: O: e_@ I_@ I_@ O: U_@",
    ),
    "en-US": name_sounds(
        _CONSONANTS,
        "A: { V O: a_U a_I E 3: e_I I i: o_U O_I U u:",
        f"A:{_R} O:{_R} E{_R} I{_R} I{_R} O:{_R} U{_R}",
    ),
}
UNSTRESSED = {
    "en-GB": {"AH": "@", "ER": "@", "IY": "I"},
    "en-US": {"AH": "@", "ER": "@`", "IY": "I"},
}
STRESS = {"": "", "0": "", "1": '"', "2": "%"}

# What its tags take, in per cent of the voice's own.
SPEED = (20, 500)
PITCH = (50, 200)
VOLUME = 50  # at its own it clips

# Of 32768.
SILENCE = 2
CLICK = 256  # measured: up to 156; the release of a stop is above it
PAUSE = 0.12  # seconds


def voices(settings: PicoSettings, language: str) -> list[list[Voice]]:
    """Voices by their names."""
    speakers = {name: who for name, who in SPEAKERS.items() if name.startswith(language)}
    return recorded_voices("pico", settings.voices, speakers, LICENCES)


def is_ready() -> bool:
    """Tell whether the library is compiled."""
    return _library().exists()


def _library() -> Path:
    return FILES.folder / "libpico.so"


def prepare() -> Path:
    """Compile the library, unless it is there; its path.

    Raises
    ------
    UserError
        If the sources are not here, or there is no compiler.
    """
    library = _library()
    if library.exists():
        return library
    with tempfile.TemporaryDirectory(prefix="wav2nano-pico-") as folder:
        with tarfile.open(FILES.verified() / SOURCES) as archive:
            # One by one: not every Python 3.11 has filters for extractall.
            for member in archive.getmembers():
                place = PurePosixPath(member.name)
                if place.parent == PurePosixPath(_INSIDE, "lib") and member.isfile():
                    content = archive.extractfile(member)
                    assert content is not None  # a file
                    Path(folder, place.name).write_bytes(content.read())
        sources = sorted(Path(folder).glob("*.c"))
        # As old code wants it: pointers to other types, sums that wrap round, many warnings.
        flags = ("-shared", "-fPIC", "-O1", "-fno-strict-aliasing", "-fwrapv", "-w")
        return compile_c(sources, library, flags=flags)


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Say all utterances, in a process of its own."""
    folder = FILES.verified()
    voices = {item.voice for item in utterances}
    batch = {
        "library": str(prepare()),
        "resources": {voice: list(map(_resource, RESOURCES[voice])) for voice in sorted(voices)},
        "utterances": [{"text": _tagged(item), "voice": item.voice} for item in utterances],
    }
    remedy = f"Delete {folder} and run {FILES.advice}"
    said = base.speak_by_worker("pico", batch, utterances, remedy)
    return [(without_tail(samples, rate), rate) for samples, rate in said]


def _resource(name: str) -> str:
    """Path of a voice's file; one that not all installations have is taken from the package."""
    path = FILES.folder / name
    if not path.exists():
        with tarfile.open(FILES.verified() / SOURCES) as archive:
            content = archive.extractfile(f"{_INSIDE}/lang/{name}")
            assert content is not None  # a file, as the package is the one that was verified
            with atomic_path(path) as temporary:
                temporary.write_bytes(content.read())
    return str(path)


def without_tail(samples: np.ndarray, rate: int) -> np.ndarray:
    """Cut what follows a pause and is as soft as the click with which en-US ends a sentence.

    Slow words have stops as long as that pause, and sentences longer ones: loud speech follows.
    """
    amplitudes = np.abs(samples.astype(np.int32))
    heard = np.flatnonzero(amplitudes > SILENCE)
    end = np.flatnonzero(amplitudes > CLICK).max(initial=0)
    pauses = np.flatnonzero((np.diff(heard) > PAUSE * rate) & (heard[:-1] >= end))
    return samples[: heard[pauses[0]] + 1] if len(pauses) else samples


def _tagged(item: Utterance) -> str:
    speed = _within(SPEED, 100 * item.rate)
    pitch = _within(PITCH, 100 * 2 ** (item.pitch / 12))
    text = with_phonemes(item.text, item.pronunciations, item.voice)
    said = f'<pitch level="{pitch}">{text}</pitch>'
    return f'<volume level="{VOLUME}"><speed level="{speed}">{said}</speed></volume>'


def with_phonemes(text: str, pronunciations: Mapping[str, str], voice: str) -> str:
    """Write words that have a pronunciation as tags with phonemes.

    Examples
    --------
    >>> print(with_phonemes("turn wav on", {"wav": "W EY1 V"}, "en-US"))
    turn <phoneme ph='w"e_Iv'/> on
    """

    def write(_: str, said: str) -> str:
        names = (
            STRESS[sound.stress]
            + (UNSTRESSED[voice] if sound.stress == "0" else {}).get(
                sound.name, NAMES[voice][sound.name]
            )
            for sound in sounds_in(said)
        )
        return f"<phoneme ph='{''.join(names)}'/>"  # it knows no entities

    return replace_words(text, pronunciations, write)


def _within(bounds: tuple[int, int], value: float) -> int:
    return round(min(max(value, bounds[0]), bounds[1]))
