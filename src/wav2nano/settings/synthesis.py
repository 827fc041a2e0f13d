"""How words that nobody recorded are spoken."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from wav2nano.arpabet import check_pronunciation, check_word
from wav2nano.settings.base import Probability, Seed, Settings, Text

Pair = Field(min_length=2, max_length=2)
Decibels = Annotated[list[Annotated[float, Field(ge=-200, le=200)]], Pair]
Semitones = Annotated[list[Annotated[float, Field(ge=-48, le=48)]], Pair]
Factors = Annotated[list[Annotated[float, Field(ge=0.1, le=10)]], Pair]
Seconds = Annotated[list[Annotated[float, Field(ge=0.01, le=10)]], Pair]
Metres = Annotated[list[Annotated[float, Field(ge=0.01, le=100)]], Pair]
Hertz = Annotated[list[Annotated[float, Field(ge=1, le=100_000)]], Pair]
Recordings = Annotated[int, Field(ge=1, le=100_000)]
AllOrList = Literal["all"] | Annotated[list[Text], Field(min_length=1)]
Word = Annotated[Text, AfterValidator(check_word)]
Pronunciation = Annotated[Text, AfterValidator(check_pronunciation)]
NoiseKind = Literal["white", "pink", "brown", "hum", "fan", "clicks", "music", "events", "babble"]


class UnknownSettings(Settings):
    """Other words."""

    recordings: Recordings
    """recordings of all of them together"""

    copies: Annotated[int, Field(ge=1, le=20)] | None = None
    """of these recordings, made from one utterance; the fewer, the more words are said. `null`: as
    many as of the words"""

    words: list[Text] = Field(default=[])
    """other words; labels are left out of these"""

    near_misses: Annotated[int, Field(ge=0, le=1000)] = 0
    """words for each label that sound like it, found among the frequent words of the language"""

    frequent_words: Annotated[int, Field(ge=0, le=1000)] = 0
    """how many of the most frequent words of the language besides"""

    running_speech: Probability = 0.0
    """share of the recordings that hold a second of running speech: frequent words in any order"""


class SilenceSettings(Settings):
    """Noise without speech."""

    recordings: Recordings
    """recordings of noise"""

    level_db: Decibels
    """from softest to loudest, dB of full scale"""


class EngineSettings(Settings):
    """What every engine has."""

    turns: Annotated[int, Field(ge=1, le=100)] = 1
    """how often it speaks while the others speak once"""


class EspeakSettings(EngineSettings):
    """espeak-ng, from the Python package espeakng-loader."""

    accents: AllOrList
    """all, or a list of names"""

    variants: AllOrList
    """all, or a list of names: vocal tracts"""

    rate: Factors
    """times the voice's own speed"""

    pitch: Semitones
    """semitones above the voice's own"""

    range: Factors
    """times the voice's own intonation"""


class RecordedVoicesSettings(EngineSettings):
    """An engine whose voices are made of recordings of persons."""

    voices: Annotated[list[Text], Field(min_length=1)]
    """names of voices"""

    rate: Factors
    """times the voice's own speed"""

    pitch: Semitones
    """semitones above the voice's own"""

    range: Factors
    """times the voice's own intonation"""


class PicoSettings(EngineSettings):
    """SVOX Pico, which is fetched once; it cannot set the extent of intonation."""

    voices: Annotated[list[Text], Field(min_length=1)]
    """en-GB, en-US; of German de-DE"""

    rate: Factors
    """times the voice's own speed"""

    pitch: Semitones
    """semitones above the voice's own"""

    @property
    def range(self) -> list[float]:
        """The voice's own intonation."""
        return [1.0, 1.0]


class PiperSettings(EngineSettings):
    """Piper, which is fetched once; it cannot set the pitch."""

    voices: Annotated[list[Text], Field(min_length=1)]
    """joe"""

    rate: Factors
    """times the voice's own speed"""

    range: Factors
    """times the variation, of sounds and of their lengths, that the voice has of its own"""

    @property
    def pitch(self) -> list[float]:
        """The voice's own pitch."""
        return [0.0, 0.0]


class KokoroSettings(EngineSettings):
    """Kokoro-82M, which is fetched once; it can set the speed alone."""

    voices: AllOrList
    """all, or a list of names: af_heart, bm_lewis"""

    blends: Annotated[int, Field(ge=0, le=126)] = 0
    """number of persons more, each with a timbre halfway between two voices"""

    rate: Factors
    """times the voice's own speed"""

    @property
    def pitch(self) -> list[float]:
        """The voice's own pitch."""
        return [0.0, 0.0]

    @property
    def range(self) -> list[float]:
        """The voice's own intonation."""
        return [1.0, 1.0]


AnyEngineSettings = (
    EspeakSettings | RecordedVoicesSettings | PicoSettings | PiperSettings | KokoroSettings
)


class EnginesSettings(Settings):
    """The engines that speak; one that is not installed is left out."""

    espeak: EspeakSettings | None = None
    """espeak-ng (Python package espeakng-loader)"""

    flite: RecordedVoicesSettings | None = None
    """Debian package flite"""

    festival: RecordedVoicesSettings | None = None
    """Debian packages festival, festvox-kallpc16k, festvox-kdlpc16k, festvox-us-slt-hts"""

    pico: PicoSettings | None = None
    """SVOX Pico, two voices: fetched once (5 MB) and compiled"""

    piper: PiperSettings | None = None
    """Piper, one voice: fetched once (58 MB)"""

    kokoro: KokoroSettings | None = None
    """Kokoro-82M, 28 voices and their blends: fetched once (90 MB)"""

    @property
    def chosen(self) -> dict[str, AnyEngineSettings]:
        """Settings of the engines that are not left out, in the order of their turns."""
        return {name: engine for name, engine in self if engine is not None}


class RoomSettings(Settings):
    """Reverberation."""

    probability: Probability
    """share of the recordings made in a room"""

    reverberation_s: Seconds
    """reverberation time, seconds"""

    distance_m: Metres
    """from mouth to microphone, metres"""


class NoiseSettings(Settings):
    """Noise behind speech."""

    probability: Probability
    """share of the recordings with noise"""

    kinds: Annotated[list[NoiseKind], Field(min_length=1)]
    """one of them in each recording"""

    snr_db: Decibels
    """from most to least noise, dB of speech over noise"""


class AcousticsSettings(Settings):
    """What is between mouth and file."""

    room: RoomSettings
    """reverberation"""

    noise: NoiseSettings
    """noise behind speech"""

    equalizer_db: Annotated[float, Field(ge=0, le=60)]
    """maximum by which a broad band of frequencies is raised or lowered, dB"""

    low_cut_hz: Hertz
    """edge of a high-pass filter, Hz"""

    high_cut_hz: Hertz
    """edge of a low-pass filter, Hz"""

    level_db: Decibels
    """level of the speech, dB of full scale"""

    microphone_noise_db: Decibels
    """noise of the microphone itself, dB of full scale"""

    clip_probability: Probability
    """share of the recordings that are overdriven"""


class SynthesisSettings(Settings):
    """How words that nobody recorded are spoken."""

    seed: Seed
    """seed of everything random"""

    recordings: Recordings
    """recordings of each word"""

    copies: Annotated[int, Field(ge=1, le=20)] = 1
    """recordings made from one utterance, with different vocal tract, room and noise"""

    language: Literal["en", "de"] = "en"
    """English or German; German is spoken by espeak and pico"""

    pronunciations: Annotated[dict[Word, Pronunciation], Field(min_length=1)] | None = None
    """phonemes of English words that are read wrongly, as CMUdict writes them: {wav: W EY1 V}"""

    unknown: UnknownSettings | None = None
    """other words, the class `_unknown_`"""

    silence: SilenceSettings | None = None
    """noise, the class `_silence_`"""

    engines: EnginesSettings
    """each with its voices, and ranges of rate, pitch and intonation"""

    formants: Factors
    """vocal tracts from longer to shorter: factor applied to all frequencies"""

    acoustics: AcousticsSettings
    """room, noise, microphone"""

    @model_validator(mode="after")
    def _is_of_one_language(self) -> Self:
        if self.pronunciations and self.language != "en":
            raise ValueError(
                "pronunciations are of English words, by the phonemes of CMUdict, and language is "
                f"{self.language}: leave them out, and spell words as they sound"
            )
        return self
