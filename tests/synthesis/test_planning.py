from collections import Counter

import pytest
from synthesis_cases import FESTIVAL, FLITE, LABELS, SETTINGS, all_engines, settings_with

from wav2nano.errors import UserError
from wav2nano.synthesis.planning import plan, redraw
from wav2nano.synthesis.voices import ENGINES
from wav2nano.tables.recordings import SILENCE, UNKNOWN

FIXED = {voice for engine in ENGINES.values() for voice in engine.FIXED_INTONATION}


def test_engines_groups_and_accents_are_balanced():
    settings = all_engines(recordings=240)
    planned = plan("never", [], settings)
    assert Counter(item.engine for item in planned) == {"espeak": 80, "flite": 80, "festival": 80}
    for engine in settings.engines.chosen:
        voices = Counter(
            item.voice if engine != "espeak" else item.group
            for item in planned
            if item.engine == engine
        )
        assert max(voices.values()) - min(voices.values()) <= 1
    accents = Counter(item.voice.split("+")[0] for item in planned if item.engine == "espeak")
    assert len(accents) == 8
    assert max(accents.values()) - min(accents.values()) <= 3


def test_an_engine_may_have_several_turns_and_is_balanced_in_itself():
    engines = {"flite": FLITE | {"turns": 3}, "festival": FESTIVAL}
    planned = plan("never", [], settings_with(engines=engines, recordings=100))
    assert [item.engine for item in planned[:5]] == [
        "espeak",
        "flite",
        "festival",
        "flite",
        "flite",
    ]
    voices = Counter(item.voice for item in planned if item.engine == "flite")
    assert set(voices.values()) == {15}


def test_a_longer_plan_begins_with_the_shorter_one():
    short = plan(UNKNOWN, LABELS, all_engines())
    longer = all_engines(unknown={"recordings": 50})
    assert plan(UNKNOWN, LABELS, longer)[: len(short)] == short


def test_the_seed_changes_the_plan():
    assert plan("never", [], settings_with(seed=2)) != plan("never", [], settings_with())


def test_manner_stays_within_the_bounds():
    for item in plan("only", [], all_engines(recordings=300)):
        assert 0.8 <= item.rate <= 1.25
        assert -3 <= item.pitch <= 3
        assert 0.5 <= item.range <= 1.5
        assert 0.9 <= item.formants <= 1.1


def test_no_pitch_is_planned_that_the_voice_cannot_do():
    planned = plan("only", [], all_engines(recordings=60))
    fixed = [item for item in planned if item.voice in FIXED]
    assert {item.voice for item in fixed} == FIXED
    assert {(item.pitch, item.range) for item in fixed} == {(0.0, 1.0)}


def test_one_person_is_one_group_whatever_the_engine_or_accent():
    groups = {}
    for item in plan("never", [], all_engines(recordings=240)):
        groups.setdefault(item.group, set()).add((item.engine, item.voice))
    assert groups["cmu-kal"] == {("flite", "kal16"), ("festival", "kal_diphone")}
    assert groups["cmu-slt"] == {("flite", "slt"), ("festival", "cmu_us_slt_arctic_hts")}
    assert {voice.split("+")[1] for _, voice in groups["espeak-m1"]} == {"m1"}
    assert len(groups["espeak-m1"]) == 8


def test_unknown_words_take_turns_and_leave_the_keywords_out():
    words = Counter(item.text.rstrip(".?!,") for item in plan(UNKNOWN, LABELS, settings_with()))
    assert words == {"ever": 3, "lonely": 3, "river": 3, "wall": 3}


def test_running_speech_is_frequent_words_and_never_a_label_or_its_like():
    labels = ["no", "for"]
    settings = settings_with(unknown={"recordings": 200, "running_speech": 0.5})
    running = [item for item in plan(UNKNOWN, labels, settings) if item.running]
    assert 80 <= len(running) <= 120
    words = Counter(word for item in running for word in item.text.rstrip(".?!,").split())
    assert set(words).isdisjoint({"no", "know", "for", "four"})
    assert words["the"] > words["people"]
    assert not any(item.running for item in plan("no", [], settings))
    assert not any(item.running for item in plan(UNKNOWN, labels, settings_with()))


def test_frequent_words_are_unknown_but_for_labels_and_their_like():
    settings = settings_with(unknown={"recordings": 60, "frequent_words": 30})
    words = [item.text.rstrip(".?!,") for item in plan(UNKNOWN, ["no", "for"], settings)]
    assert set(words).isdisjoint({"no", "know", "for", "four"})
    listed = SETTINGS["unknown"]["words"]
    assert [word in listed for word in words] == [True, False] * 30
    assert {"the", "of"} < set(words)
    assert len(set(words)) == 5 + 30


def test_underscores_are_spoken_as_spaces():
    assert plan("turn_on", [], settings_with())[0].text.startswith("turn on")


def test_files_are_distinct_and_name_engine_and_voice():
    planned = plan("never", [], all_engines())
    assert len({item.file for item in planned}) == len(planned)
    assert all(item.engine in item.file and item.voice in item.file for item in planned)
    assert all(item.licence for item in planned)


def test_other_words_may_have_fewer_copies():
    words = {"words": ["apple", "table", "window", "river", "garden"], "recordings": 24}
    for copies, expected in ((None, 3), (2, 2)):
        settings = all_engines(copies=3, unknown=words | {"copies": copies})
        planned = plan(UNKNOWN, ["never"], settings)
        assert [item.utterance for item in planned] == [i // expected for i in range(24)]
        assert all(item.utterance == item.index // 3 for item in plan("never", [], settings))


def test_silence_holds_every_kind_of_noise_in_several_groups():
    settings = settings_with()
    planned = plan(SILENCE, [], settings)
    kinds = Counter(item.voice for item in planned)
    assert kinds == dict.fromkeys(settings.acoustics.noise.kinds, 3)
    assert len({item.group for item in planned}) == 20


def test_copies_share_the_utterance_and_differ_in_formants():
    spoken = plan("never", [], all_engines(recordings=24))
    copied = plan("never", [], all_engines(recordings=24, copies=3))
    for item in copied:
        first = spoken[item.utterance]
        assert item.utterance == item.index // 3
        assert (item.voice, item.text, item.rate) == (first.voice, first.text, first.rate)
    assert len({item.formants for item in copied}) > 20
    assert len({item.file for item in copied}) == 24


def test_redraw_takes_another_voice_when_the_first_has_no_other_manner():
    settings = all_engines()
    item = plan("never", [], settings)[2]
    others = [redraw(item, settings, attempt) for attempt in range(4, 30)]
    assert {other.engine for other in others} == {"festival"}
    assert {other.voice for other in others} == {
        "kal_diphone",
        "ked_diphone",
        "cmu_us_slt_arctic_hts",
    }


def test_redraw_keeps_word_and_voice():
    settings = settings_with()
    item = plan("never", [], settings)[3]
    other = redraw(item, settings, 1)
    assert (other.voice, other.index) == (item.voice, item.index)
    assert other.text.rstrip(".?!,") == "never"
    assert (other.rate, other.pitch) != (item.rate, item.pitch)


@pytest.mark.parametrize("word", ["größe", "ночь", "?!", "", "a;b"])
def test_words_that_cannot_be_said_are_named(word):
    with pytest.raises(UserError, match="cannot say") as error:
        plan(word, [], settings_with())
    assert repr(word) in str(error.value)


@pytest.mark.parametrize(
    ("label", "differing", "words"),
    [
        ("never", {"engines": {"espeak": {"variants": ["m1", "m99"]}}}, "no 'm99'"),
        (
            "never",
            {"engines": {"espeak": None, "flite": {**FLITE, "voices": ["slt", "nobody"]}}},
            "no voice 'nobody'",
        ),
        ("never", {"engines": {"espeak": None}}, r"synthesis\.engines is empty"),
        (UNKNOWN, {"unknown": {"words": ["never", "ONLY"]}}, r"synthesis\.unknown\.words"),
        (UNKNOWN, {"unknown": None}, r"synthesis\.unknown is missing"),
        (SILENCE, {"silence": None}, r"synthesis\.silence is missing"),
    ],
)
def test_wrong_settings_are_named(label, differing, words):
    with pytest.raises(UserError, match=words):
        plan(label, LABELS, settings_with(**differing))


def test_a_label_needs_no_settings_of_another():
    assert plan("never", [], settings_with(unknown=None, silence=None))
