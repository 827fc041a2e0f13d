from collections import Counter

import pytest

from wav2nano.errors import UserError
from wav2nano.synthesis import SILENCE, UNKNOWN, plan
from wav2nano.synthesis.planning import redraw
from wav2nano.synthesis.voices import FIXED_INTONATION

FIXED = {voice for _, voice in FIXED_INTONATION}


def test_engines_groups_and_accents_are_balanced(all_engines):
    all_engines["recordings"] = 240
    planned = plan("never", all_engines)
    assert Counter(item.engine for item in planned) == {"espeak": 80, "flite": 80, "festival": 80}
    for engine in all_engines["engines"]:
        voices = Counter(
            item.voice if engine != "espeak" else item.group
            for item in planned
            if item.engine == engine
        )
        assert max(voices.values()) - min(voices.values()) <= 1
    accents = Counter(item.voice.split("+")[0] for item in planned if item.engine == "espeak")
    assert len(accents) == 8
    assert max(accents.values()) - min(accents.values()) <= 3


def test_a_longer_plan_begins_with_the_shorter_one(all_engines):
    short = plan(UNKNOWN, all_engines)
    all_engines["unknown"]["recordings"] = 50
    assert plan(UNKNOWN, all_engines)[: len(short)] == short


def test_the_seed_changes_the_plan(settings):
    first = plan("never", settings)
    settings["seed"] = 2
    assert plan("never", settings) != first


def test_manner_stays_within_the_bounds(all_engines):
    all_engines["recordings"] = 300
    for item in plan("only", all_engines):
        assert 0.8 <= item.rate <= 1.25
        assert -3 <= item.pitch <= 3
        assert 0.5 <= item.range <= 1.5
        assert 0.9 <= item.formants <= 1.1


def test_no_pitch_is_planned_that_the_voice_cannot_do(all_engines):
    all_engines["recordings"] = 60
    fixed = [item for item in plan("only", all_engines) if item.voice in FIXED]
    assert {item.voice for item in fixed} == FIXED
    assert {(item.pitch, item.range) for item in fixed} == {(0.0, 1.0)}


def test_one_person_is_one_group_whatever_the_engine_or_accent(all_engines):
    all_engines["recordings"] = 240
    groups = {}
    for item in plan("never", all_engines):
        groups.setdefault(item.group, set()).add((item.engine, item.voice))
    assert groups["cmu-kal"] == {("flite", "kal16"), ("festival", "kal_diphone")}
    assert groups["cmu-slt"] == {("flite", "slt"), ("festival", "cmu_us_slt_arctic_hts")}
    assert {voice.split("+")[1] for _, voice in groups["espeak-m1"]} == {"m1"}
    assert len(groups["espeak-m1"]) == 8


def test_unknown_words_take_turns_and_leave_the_keywords_out(settings):
    words = Counter(item.text.rstrip(".?!,") for item in plan(UNKNOWN, settings))
    assert words == {"ever": 3, "lonely": 3, "river": 3, "wall": 3}


def test_underscores_are_spoken_as_spaces(settings):
    settings["words"] = ["turn_on"]
    assert plan("turn_on", settings)[0].text.startswith("turn on")


def test_files_are_distinct_and_name_engine_and_voice(all_engines):
    planned = plan("never", all_engines)
    assert len({item.file for item in planned}) == len(planned)
    assert all(item.engine in item.file and item.voice in item.file for item in planned)
    assert all(item.licence for item in planned)


def test_silence_holds_every_kind_of_noise_in_several_groups(settings):
    planned = plan(SILENCE, settings)
    kinds = Counter(item.voice for item in planned)
    assert kinds == dict.fromkeys(settings["acoustics"]["noise"]["kinds"], 3)
    assert len({item.group for item in planned}) == 20


def test_copies_share_the_utterance_and_differ_in_formants(all_engines):
    all_engines["recordings"] = 24
    spoken = plan("never", all_engines)
    copied = plan("never", all_engines | {"copies": 3})
    for item in copied:
        first = spoken[item.utterance]
        assert item.utterance == item.index // 3
        assert (item.voice, item.text, item.rate) == (first.voice, first.text, first.rate)
    assert len({item.formants for item in copied}) > 20
    assert len({item.file for item in copied}) == 24


def test_redraw_takes_another_voice_when_the_first_has_no_other_manner(all_engines):
    item = plan("never", all_engines)[2]
    others = [redraw(item, all_engines, attempt) for attempt in range(4, 30)]
    assert {other.engine for other in others} == {"festival"}
    assert {other.voice for other in others} == {
        "kal_diphone",
        "ked_diphone",
        "cmu_us_slt_arctic_hts",
    }


def test_redraw_keeps_word_and_voice(settings):
    item = plan("never", settings)[3]
    other = redraw(item, settings, 1)
    assert (other.voice, other.index) == (item.voice, item.index)
    assert other.text.rstrip(".?!,") == "never"
    assert (other.rate, other.pitch) != (item.rate, item.pitch)


@pytest.mark.parametrize("word", ["größe", "ночь", "?!", "", "a;b"])
def test_words_that_cannot_be_said_are_named(settings, word):
    settings["words"] = [word]
    with pytest.raises(UserError, match="cannot say") as error:
        plan(word, settings)
    assert repr(word) in str(error.value)


def test_wrong_settings_are_named(settings):
    with pytest.raises(UserError, match=r"'maybe' is not in synthesis.words"):
        plan("maybe", settings)
    settings["engines"]["espeak"]["variants"] = ["m1", "m99"]
    with pytest.raises(UserError, match="no 'm99'"):
        plan("never", settings)
    settings["engines"] = {"flite": {"voices": ["slt", "nobody"]}}
    with pytest.raises(UserError, match="no voice 'nobody'"):
        plan("never", settings)
    settings["engines"] = {}
    with pytest.raises(UserError, match=r"synthesis.engines is empty"):
        plan("never", settings)
    settings["unknown"]["words"] = ["never", "ONLY"]
    with pytest.raises(UserError, match=r"synthesis.unknown.words"):
        plan(UNKNOWN, settings)
