"""Names of medicines in records, which are products: ingredients, strengths, form and brand, as RxNorm puts them.

`24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]` is a beta blocker by mouth; `Hydrocortisone
10 MG/ML Topical Cream` is a cream; `Acetaminophen 325 MG / HYDROcodone Bitartrate 7.5 MG Oral Tablet` is two medicines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from ...knowledge_base.model import CodeList, KnowledgeBase
from ...values.patterns import lazily
from ..answers.sheet import Sheet, folded

_FORMS = (
    ("eye", lazily(r"\b(?:ophthalmic|ophth|eye|intravitreal|conjunctival)\b", re.IGNORECASE)),
    ("ear", lazily(r"\b(?:otic|ear|auricular)\b", re.IGNORECASE)),
    ("nasal", lazily(r"\b(?:nasal|nose|intranasal)\b", re.IGNORECASE)),
    (
        "injection",
        lazily(
            r"\b(?:inject\w*|syringe|pen|intravenous|subcutaneous|intramuscular|intra-?articular|infusion|iv|sc|im|vial)\b",
            re.IGNORECASE,
        ),
    ),
    ("inhaled", lazily(r"\b(?:inhal\w*|nebuli\w*|respiratory|pulmonary)\b", re.IGNORECASE)),
    ("vaginal", lazily(r"\b(?:vaginal|vagina)\b", re.IGNORECASE)),
    ("rectal", lazily(r"\b(?:rectal|enema|suppository|rectum|per rectum)\b", re.IGNORECASE)),
    ("transdermal", lazily(r"\b(?:transdermal|patch)\b", re.IGNORECASE)),
    ("intrauterine", lazily(r"\b(?:intrauterine)\b", re.IGNORECASE)),
    ("implant", lazily(r"\b(?:implant|pellet)\b", re.IGNORECASE)),
    (
        "topical",
        lazily(
            r"\b(?:topical|cream|ointment|lotion|gel|shampoo|scalp|cutaneous|skin|liniment|paste|foam)\b", re.IGNORECASE
        ),
    ),
    (
        "oral",
        lazily(
            r"\b(?:oral|tablets?|capsules?|chewable|mouth|po|sublingual|buccal|effervescent|lozenge|syrup|mucosal)\b",
            re.IGNORECASE,
        ),
    ),
)
"""Ways of giving by the words that tell them, the particular ones first."""
_ROUTE_CODES = {
    "26643006": "oral",
    "6064005": "topical",
    "47625008": "injection",
    "34206005": "injection",
    "78421000": "injection",
    "12130007": "injection",
    "46713006": "nasal",
    "447694001": "inhaled",
    "37161004": "rectal",
    "16857009": "vaginal",
    "45890007": "transdermal",
    "54485002": "eye",
    "10547007": "ear",
    "37839007": "oral",
    "PO": "oral",
    "IV": "injection",
    "IM": "injection",
    "SC": "injection",
}
"""Routes by SNOMED and HL7 code."""
_AMOUNT = lazily(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>mg|mcg|ug|µg|μg|g|unt|units?|iu|meq|mmol|%|ml)"
    r"(?P<per>/(?:\d+(?:\.\d+)?\s*)?(?:ml|l|hr|h|actuat|mg|g|spray|dose))?(?![a-z])",
    re.IGNORECASE,
)
_VOLUME = lazily(r"^\s*(?P<number>\d+(?:\.\d+)?)\s*ml\s+(?=\D)", re.IGNORECASE)
_LEADING = lazily(
    r"^\s*(?:NDA\w*\s+|\d+(?:\.\d+)?\s*(?:hr|ml|actuat|sprays?|doses?)\s+|\{?\s*\d+\s*\(?\s*)+", re.IGNORECASE
)
_PHARMACOPOEIA = lazily(r"\s*\((?:USP|BP|EP|JP|NF)\)")
"""By whose standard it is made: `estrogens, conjugated (USP)`."""
_BRAND = lazily(r"\[(?P<brand>[^\]]+)\]")
_SALTS = frozenset(
    re.findall(
        r"\w+",
        """
    sodium potassium calcium magnesium hydrochloride bitartrate succinate tartrate acetate phosphate sulfate
    sulphate maleate mesylate besylate citrate fumarate nitrate hydrobromide disodium monosodium monohydrate
    dihydrate trihydrate anhydrous hcl propionate furoate valerate dipropionate butyrate acetonide
    hexacetonide cypionate enanthate undecanoate decanoate pamoate tromethamine valproate axetil proxetil
    medoxomil cilexetil mofetil carbonate lactate gluconate oxide pivoxil alafenamide disoproxil diproprionate
    trometamol salt
    """,
    )
)
_WORDS_OF_FORM = frozenset(
    re.findall(
        r"\w+",
        """
    oral tablet tablets capsule capsules chewable extended release delayed disintegrating film coated
    prefilled syringe injection injectable suspension solution topical cream ointment nasal spray pack hr er
    xr sr dr cr daily weekly monthly product pill for in
    """,
    )
)
_FULL = frozenset({"topical", "nasal", "eye", "ear", "inhaled", "vaginal", "rectal"})
"""Ways of giving in which a medicine acts mostly where it is put; only a list that names them takes such a product."""
_WITHIN = Decimal("0.04")
"""How far the content of a vial, worked out from its volume, may lie from the strength on its label."""
_TO_MG = {"mg": Decimal(1), "g": Decimal(1000), "mcg": Decimal("0.001"), "ug": Decimal("0.001")}


class Part(NamedTuple):
    """One ingredient of a product, as it is named, and how much of it is in one tablet or vial, in mg."""

    name: str
    strength: Decimal | None
    amount: str


class Product(NamedTuple):
    """What the name of a medicine says."""

    parts: tuple[Part, ...]
    route: str
    brand: str
    likely: str = ""
    """The way of giving where nothing tells one: a strength in mg alone is that of a tablet or capsule."""


def route_of(*told: str) -> str:
    """The way of giving that words or codes tell; the first that tells one counts."""
    for words in told:
        if words in _ROUTE_CODES:
            return _ROUTE_CODES[words]
        for route, pattern in _FORMS:
            if words and pattern.search(words):
                return route
    return ""


def product(name: str, route: str = "") -> Product:
    """The parts of a product's name; `route` is what the record says besides, and counts first."""
    brand = _BRAND.search(name)
    plain = _PHARMACOPOEIA.sub(" ", _BRAND.sub(" ", name))
    parts = [_part(one) for one in re.split(r"\s+/\s+|\s+\+\s+|\)\s*/|\s+and\s+(?=[A-Za-z-]+\s+\d)", plain)]
    way = route or route_of(plain)
    likely = "oral" if not way and parts and all(_plain_strength(part.amount) for part in parts) else ""
    return Product(tuple(part for part in parts if part.name), way, brand["brand"].strip() if brand else "", likely)


def _part(text: str) -> Part:
    volume = _VOLUME.match(text)
    text = _LEADING.sub("", text.strip(" (){}"))
    amount = _AMOUNT.search(text)
    name = text[: amount.start()] if amount else text
    name = re.sub(r"\s*[-,]?\s*\d.*$", "", name).strip(" ,;(-")
    strength = _content(amount, Decimal(volume["number"]) if volume else None) if amount else None
    return Part(name, strength, amount.group().strip() if amount else "")


def _content(amount: re.Match[str], volume: Decimal | None) -> Decimal | None:
    factor = _TO_MG.get(amount["unit"].lower())
    if factor is None:
        return None
    content = Decimal(amount["number"]) * factor
    if not amount["per"]:
        return content
    per = re.fullmatch(r"/(\d+(?:\.\d+)?)?\s*ml", amount["per"], re.IGNORECASE)
    if per is None or volume is None:
        return None
    return content * volume / Decimal(per[1] or 1)


def _plain_strength(amount: str) -> bool:
    return re.fullmatch(r"[\d.]+\s*(?:mg|mcg|ug|g)", amount, re.IGNORECASE) is not None


class Products:
    """Names of products, as members of the medicines that the knowledge base has."""

    def __init__(self, kb: KnowledgeBase, sheet: Sheet, choices: str) -> None:
        self._spelled = sheet.spelled(choices).members
        self._classes = sheet.spelled(choices).classes
        self._lists: dict[str, list[CodeList]] = {}
        self._own: dict[str, CodeList] = {}
        self._made: list[tuple[frozenset[str], str]] = []
        for codes in kb.codes.values():
            if codes.of != choices or codes.ignored or codes.withdrawn or len(codes.means) != 1:
                continue
            self._own.setdefault(codes.means[0], codes)
            for name in codes.ingredients:
                self._lists.setdefault(folded(name), []).append(codes)
            if codes.made_of:
                self._made.append((frozenset(codes.made_of), codes.means[0]))
        self._kept: dict[tuple[str, str, str], tuple[Found, ...]] = {}

    def members(self, name: str, route: str = "", dose: Decimal | None = None) -> tuple[Found, ...]:
        """What a product is, an entry for each ingredient that is known; several members: one of these."""
        key = (name, route, str(dose))
        if key not in self._kept:
            self._kept[key] = tuple(self._found(product(name, route), name, dose))
        return self._kept[key]

    def known(self, name: str) -> frozenset[str]:
        """The members that a name means by itself, its salts and its form left out."""
        for spelling in _spellings(name):
            if spelling in self._lists:
                return frozenset(codes.means[0] for codes in self._lists[spelling])
            if spelling in self._spelled:
                return self._spelled[spelling]
        return frozenset()

    def siblings(self, members: Iterable[str]) -> frozenset[str]:
        """Members, and those that only the strength tells from them."""
        own = frozenset(members)
        told = [self._own[one] for one in own if one in self._own and self._own[one].strengths]
        names = {folded(name) for codes in told for name in codes.ingredients}
        return own | {codes.means[0] for name in names for codes in self._lists.get(name, ()) if codes.strengths}

    def narrowed(self, members: Iterable[str], route: str, strength: Decimal | None) -> frozenset[str]:
        """Those of some members that are given this way and in this strength."""
        routes = {one: self._own[one].routes for one in members if one in self._own}
        found = frozenset(one for one in members if not route or not routes.get(one) or _given(route, routes[one]))
        return self._by_strength(found, strength)

    def _found(self, told: Product, name: str, dose: Decimal | None) -> Iterator[Found]:
        whole = self._whole(name)
        if whole and not any(part.name and self._ambiguous(part.name) for part in told.parts):
            yield Found(frozenset(whole), told.route, None, name)
            return
        found = [one for part in told.parts for one in self._of(part, told.route, told.likely, dose)]
        if not any(one.members for one in found) and told.brand:
            branded = self._spelled.get(folded(told.brand), frozenset())
            if branded:
                yield Found(branded, told.route, None, told.brand)
                return
        together = frozenset(member for one in found for member in one.members if len(one.members) == 1)
        for parts, member in self._made:
            if parts <= together:
                yield Found(frozenset({member}), told.route, None, name)
                found = [one for one in found if not one.members <= parts]
        yield from found

    def _whole(self, name: str) -> frozenset[str]:
        """What a whole name is, where it stands so among the words of the knowledge base."""
        return self._spelled.get(folded(name), frozenset())

    def _ambiguous(self, name: str) -> bool:
        return any(len(self._lists.get(spelling, ())) > 1 for spelling in _spellings(name))

    def _of(self, part: Part, route: str, likely: str, dose: Decimal | None) -> Iterator[Found]:
        for spelling in _spellings(part.name):
            members: frozenset[str] | None = None
            if spelling in self._lists:
                listed = self._lists[spelling]
                fitting = [one for one in listed if not route or not one.routes or _given(route, one.routes)]
                usual = [one for one in fitting if likely and _given(likely, one.routes)]
                members = frozenset(one.means[0] for one in usual or fitting)
            elif spelling in self._spelled:
                members = self._spelled[spelling]
                own = [self._own[one] for one in members if one in self._own and self._own[one].routes]
                if route in _FULL and not any(_given(route, one.routes) for one in own):
                    members = frozenset()
            if members is not None:
                strength = part.strength if part.strength is not None else dose
                yield Found(self._by_strength(members, strength), route, part.strength, part.name)
                return
        yield Found(frozenset(), route, part.strength, part.name)

    def _by_strength(self, members: frozenset[str], strength: Decimal | None) -> frozenset[str]:
        told = {one: self._own[one].strengths for one in members if one in self._own and self._own[one].strengths}
        if strength is None or len(members) < 2 or not told:
            return members
        near = frozenset(one for one, strengths in told.items() if any(_near(strength, each) for each in strengths))
        return near or members


class Found(NamedTuple):
    """What an ingredient is: one of these members, none where it is not known; how it is given, and how much."""

    members: frozenset[str]
    route: str
    strength: Decimal | None
    name: str


def _near(strength: Decimal, told: str) -> bool:
    amount = _AMOUNT.fullmatch(told.strip())
    if amount is None or amount["unit"].lower() not in _TO_MG:
        return False
    wanted = Decimal(amount["number"]) * _TO_MG[amount["unit"].lower()]
    return abs(strength - wanted) <= wanted * _WITHIN


def _given(route: str, routes: tuple[str, ...]) -> bool:
    return route in routes or (route == "injection" and "infusion" in routes)


def _spellings(name: str) -> Iterator[str]:
    """A name as it may stand among ours: whole, without words of its form, without its salt."""
    words = re.sub(r"(mab)-[a-z]{4}\b", r"\1", folded(name)).split()
    told = " ".join(words)
    yield told
    words = [word for word in words if word not in _WORDS_OF_FORM]
    if (shorter := " ".join(words)) != told:
        yield shorter
    while len(words) > 1 and words[-1].strip(",") in _SALTS:
        words.pop()
        yield " ".join(words)
    if len(words) > 1 and words[0] in _SALTS and words[0] not in ("calcium", "potassium", "magnesium", "sodium"):
        yield " ".join(words[1:])
