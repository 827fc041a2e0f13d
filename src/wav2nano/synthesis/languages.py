"""Languages in which words are spoken."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """What depends on the language.

    Attributes
    ----------
    name : str
        Shown to people.
    voices : tuple of str
        Accents of espeak-ng by whose rules words are read; the first where one is enough.
    letters : str
        Of which words are made, as in a regular expression's brackets.
    alphabet : str
        The same letters, shown to people.
    many : int
        One in ten of the frequent words of one syllable has as many neighbours: see
        `wav2nano.synthesis.confusable`.
    babble : tuple of str
        Plain sentences behind the noise of people talking.
    """

    name: str
    voices: tuple[str, ...]
    letters: str
    alphabet: str
    many: int
    babble: tuple[str, ...]

    def is_speakable(self, text: str) -> bool:
        """Tell whether its voices can read a text by its letters."""
        return bool(re.fullmatch(rf"[{self.letters}0-9][{self.letters}0-9' _-]*", text))


LANGUAGES = {
    "en": Language(
        name="English",
        voices=("en-us", "en"),
        letters="A-Za-z",
        alphabet="a to z",
        many=17,
        babble=(
            "The birch canoe slid on the smooth planks, and nobody saw where it went after that.",
            "Glue the sheet to the dark blue background before you come over for supper tonight.",
            "These days a chicken leg is a rare dish, but rice is often served in round bowls.",
            "The juice of lemons makes fine punch when the weather turns warm in early summer.",
            "A large size in stockings is hard to sell, so he threw three boxes into the river.",
            "Kick the ball straight and follow through, then run along the fence towards the road.",
            "The box was thrown beside the parked truck while the hogs were fed chopped corn.",
            "Her purse was full of useless trash, a small key, two tickets and a broken watch.",
        ),
    ),
    "de": Language(
        name="German",
        voices=("de",),
        letters="A-Za-zÄÖÜäöüß",
        alphabet="a to z, ä, ö, ü and ß",
        many=11,
        babble=(
            "Am Morgen fuhr der Zug langsam durch das Tal, und niemand stieg an der Brücke aus.",
            "Bring bitte Brot und frische Milch mit, wenn du heute Abend vom Markt zurückkommst.",
            "Im Garten hinter dem Haus blühen die Rosen, seit es in dieser Woche geregnet hat.",
            "Die Kinder spielten den ganzen Tag am Wasser und bauten eine Burg aus feuchtem Sand.",
            "Er suchte seinen Schlüssel in allen Taschen, doch der lag noch immer auf dem Tisch.",
            "Nach dem Essen gingen sie gemeinsam über den Hügel bis zu der alten Mühle am Bach.",
            "Der Lehrer schrieb drei lange Sätze an die Tafel und fragte nach ihrer Bedeutung.",
            "Es war schon dunkel, als die Nachbarn mit einem großen Korb voller Äpfel klopften.",
        ),
    ),
}
