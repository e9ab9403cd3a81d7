"""The CITES list as shipped: listings of CoP20, higher taxa, what is excluded, names of science and of the street."""

from __future__ import annotations

from datetime import date

import pytest

from nlp.listing import effect
from nlp.lookup import Lookup
from nlp.taxonomy import Entry, taxonomy

LOW = ("species", "subspecies")


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup()


def entry(name: str) -> Entry:
    found = taxonomy().get(name)
    assert found is not None, name
    return found


def animals() -> list[Entry]:
    return [one for one in taxonomy().entries() if "Animalia" in one.lineage]


def test_all_named_animals_are_there_with_a_whole_lineage() -> None:
    # 6,256 animals of the source have a name and a kingdom; 115 more had none and 180 were named by hand.
    listed = [one for one in animals() if one.rank in LOW and one.cites]
    assert len(listed) >= 6450
    for one in taxonomy().entries():
        line = (one.name, *one.lineage)
        assert line[-1] in ("Animalia", "Plantae"), line
        assert len(set(line)) == len(line), line
        assert one.source, line


def test_every_higher_taxon_says_how_it_is_listed() -> None:
    silent = [
        one.name
        for one in animals()
        if one.rank not in LOW and one.cites and not one.annotation and one.source == "derived from its members"
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("name", "cites"),
    [
        # changed at CoP20
        ("Okapia johnstoni", "I"), ("Carcharhinus longimanus", "I"), ("Rhincodon typus", "I"),
        ("Mobula birostris", "I"), ("Mobula mobular", "I"), ("Mobula", "I"), ("Mobulidae", "I"),
        ("Amblyrhynchus cristatus", "I"), ("Conolophus subcristatus", "I"), ("Gyps africanus", "I"),
        ("Choloepus hoffmanni", "II"), ("Choloepus didactylus", "II"), ("Hyaena hyaena", "II"),
        ("Grammostola rosea", "II"), ("Bycanistes brevis", "II"), ("Ceratogymna atrata", "II"),
        ("Galeorhinus galeus", "II"), ("Mustelus mustelus", "II"), ("Holothuria lessoni", "II"),
        # higher taxa
        ("Felidae", "I/II"), ("Ursidae", "I/II"), ("Primates", "I/II"), ("Cetacea", "I/II"), ("Manis", "I"),
        ("Rhinocerotidae", "I/II"), ("Psittaciformes", "I/II"), ("Falconiformes", "I/II/III"),
        ("Strigiformes", "I/II"), ("Crocodylia", "I/II"), ("Cheloniidae", "I"), ("Testudinidae", "I/II"),
        ("Pythonidae", "I/II"), ("Varanus", "I/II"), ("Carcharhinidae", "I/II"), ("Sphyrnidae", "II"),
        ("Pristidae", "I"), ("Rhinidae", "II"), ("Glaucostegus", "II"), ("Hippocampus", "II"),
        ("Tridacnidae", "II"), ("Scleractinia", "II"), ("Antipatharia", "II"), ("Orchidaceae", "I/II"),
        ("Cactaceae", "I/II"), ("Dalbergia", "I/II"), ("Moschus", "I/II"), ("Tapirus", "I/II"),
        # split listings
        ("Panthera leo", "I/II"), ("Puma concolor", "I/II"), ("Loxodonta africana", "I/II"),
        ("Ceratotherium simum", "I/II"), ("Ceratotherium simum simum", "I/II"), ("Vicugna vicugna", "I/II"),
        ("Caracal caracal", "I/II"), ("Canis lupus", "I/II"), ("Ursus arctos", "I/II"),
        ("Crocodylus niloticus", "I/II"), ("Crocodylus porosus", "I/II"), ("Moschus chrysogaster", "I/II"),
        ("Prionailurus bengalensis", "I/II"),
        # the priority groups
        ("Elephas maximus", "I"), ("Loxodonta cyclotis", "I"), ("Diceros bicornis", "I"),
        ("Panthera tigris", "I"), ("Panthera pardus", "I"), ("Panthera uncia", "I"), ("Panthera onca", "I"),
        ("Acinonyx jubatus", "I"), ("Rhinoplax vigil", "I"), ("Eretmochelys imbricata", "I"),
        ("Psittacus erithacus", "I"), ("Ara macao", "I"), ("Ara ararauna", "II"), ("Sphyrna lewini", "II"),
        ("Carcharhinus brachyurus", "II"), ("Rhina ancylostomus", "II"), ("Rhynchobatus australiae", "II"),
        ("Acroteriobatus annulatus", "II"), ("Rhinobatos whitei", "II"), ("Glaucostegus typus", "II"),
        ("Poecilotheria metallica", "II"), ("Kittacincla malabarica", "II"), ("Thelenota anax", "II"),
        ("Isostichopus fuscus", "III"),
    ],
)  # fmt: skip
def test_listing(name: str, cites: str) -> None:
    assert entry(name).cites == cites


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Panthera leo", "populations of India"),
        ("Puma concolor", "Costa Rica and Panama"),
        ("Loxodonta africana", "Botswana, Namibia, South Africa and Zimbabwe"),
        ("Ceratotherium simum simum", "Eswatini, Namibia and South Africa"),
        ("Ceratotherium simum", "Ceratotherium simum simum"),
        ("Vicugna vicugna", "populations of BO, PE and EC"),
        ("Canis lupus", "Excludes the domesticated form"),
        ("Psittaciformes", "Melopsittacus undulatus"),
        ("Psittacidae", "As Psittaciformes"),
        ("Glaucostegus", "Zero annual export quota"),
        ("Bovidae", "Not listed as a whole"),
    ],
)
def test_annotation(name: str, said: str) -> None:
    assert said in entry(name).annotation


def test_fifty_taxa_of_cop20_take_effect_in_june_2027() -> None:
    delayed = [one for one in animals() if one.rank in LOW and "CoP20 in December 2025" in one.annotation]
    assert len(delayed) >= 50
    assert {one.cites for one in delayed} == {"II"}
    for one in delayed:
        told = effect(one.annotation)
        assert told is not None
        assert told.day == date(2027, 6, 5)


@pytest.mark.parametrize(
    ("annotation", "day"),
    [
        ("Listing agreed at CoP17 in October 2016 with entry into effect delayed by 12 months.", date(2017, 10, 4)),
        ("Listing adopted at CoP19 in November 2022 with entry into effect delayed by 24 months.", date(2024, 11, 25)),
        ("Listing adopted at CoP19 in November 2022 with entry into effect delayed by 12 months.", date(2023, 11, 25)),
        ("Listing adopted at CoP16 in March 2013 with entry into effect delayed by 18 months.", date(2014, 9, 14)),
        ("Except the species included in Appendix I", None),
        ("Listing adopted at CoP99 in 2100 with entry into effect delayed by 12 months.", None),
    ],
)
def test_effect(annotation: str, day: date | None) -> None:
    told = effect(annotation)
    assert (told.day if told else None) == day


@pytest.mark.parametrize(
    "name",
    [
        "Melopsittacus undulatus", "Nymphicus hollandicus", "Agapornis roseicollis", "Psittacula krameri",
        "Canis lupus familiaris", "Felis catus", "Bos frontalis", "Bos grunniens", "Bubalus bubalis", "Equus asinus",
        "Vicugna pacos", "Lama glama", "Aloe vera", "Pelodiscus sinensis", "Trachemys scripta",
    ],
)  # fmt: skip
def test_not_listed_though_its_kin_is(name: str) -> None:
    one = entry(name)
    assert one.cites == ""
    assert one.annotation


@pytest.mark.parametrize(
    ("old", "accepted"),
    [
        ("Phataginus", "Manis"), ("Smutsia", "Manis"), ("Phataginus tricuspis", "Manis tricuspis"),
        ("Phataginus tetradactyla", "Manis tetradactyla"), ("Smutsia gigantea", "Manis gigantea"),
        ("Smutsia temminckii", "Manis temminckii"), ("Psittacus timneh", "Psittacus erithacus"),
        ("Uncia uncia", "Panthera uncia"), ("Manta birostris", "Mobula birostris"),
        ("Rhina ancylostoma", "Rhina ancylostomus"), ("Copsychus malabaricus", "Kittacincla malabarica"),
        ("Python reticulatus", "Malayopython reticulatus"), ("Brachypelma vagans", "Tliltocatl vagans"),
    ],
)  # fmt: skip
def test_synonym(old: str, accepted: str) -> None:
    assert entry(old).name == accepted


def test_groups_reach_all_their_species() -> None:
    for name, group in (("Mustelus mustelus", "shark"), ("Rhinobatos whitei", "ray"), ("Lutra sumatrana", "otter"),
                        ("Carcharhinus brachyurus", "shark"), ("Eos histrio", "parrot")):  # fmt: skip
        assert entry(name).group == group


@pytest.mark.parametrize(
    ("asked", "first", "kind"),
    [
        ("Panthera tigris", "Panthera tigris", "scientific name"),
        ("PANTHERA  TIGRIS", "Panthera tigris", "scientific name"),
        ("smutsia gigantea", "Manis gigantea", "synonym"),
        ("Felidae", "Felidae", "scientific name"),
        ("psittaciformes", "Psittaciformes", "scientific name"),
        ("tiger", "Panthera tigris", "group"),
        ("Tigers", "Panthera tigris", "group"),
        ("sea turtle", "Cheloniidae", "group"),
        ("parrot", "Psittaciformes", "group"),
        ("lion", "Panthera leo", "group"),
        ("穿山甲", "Manidae", "group"),
        ("tê tê", "Manidae", "group"),
        ("TE TE", "Manidae", "group"),
        ("เสือโคร่ง", "Panthera tigris", "group"),
        ("слоны", "Elephantidae", "group"),
        ("ببغاء", "Psittaciformes", "group"),
        ("犀牛", "Rhinocerotidae", "group"),
        ("大熊貓", "Ailuropoda melanoleuca", "group"),
        ("budgerigar", "Melopsittacus undulatus", "group"),
        ("white-bellied pangolin", "Manis tricuspis", "name"),
        ("bronze whaler", "Carcharhinus brachyurus", "name"),
        ("ivory", "Elephantidae", "product"),
        ("象牙製品", "Elephantidae", "product"),
        ("🐘", "Elephantidae", "emoji"),
    ],
)
def test_a_name_is_found(lookup: Lookup, asked: str, first: str, kind: str) -> None:
    found = lookup.ask(asked)
    assert found, asked
    told = [(one.entry.name, one.kind) for whole in found for one in (whole, *whole.also) if one.entry]
    assert (first, kind) in told
    if kind != "name":
        assert told[0] == (first, kind)


def test_an_ambiguous_name_has_all_its_meanings(lookup: Lookup) -> None:
    taxa = {one.entry.name for one in lookup.ask("穿山甲") if one.entry}
    assert {"Manidae", "Manis pentadactyla"} <= taxa
    kinds = {one.kind for one in lookup.ask("ivory")}
    assert {"product", "part"} <= kinds
    assert len({one.entry.name for one in lookup.ask("Puma") if one.entry}) > 1  # a genus and a group


def test_the_same_taxon_is_told_once(lookup: Lookup) -> None:
    for name in ("jaguar", "Dalbergia", "sea turtle", "African grey", "snow leopard", "tiger", "Manis"):
        told = [one.entry.name for one in lookup.ask(name) if one.entry and one.kind not in ("product", "code")]
        assert len(told) == len(set(told)), name


def test_a_product_says_its_trade_term(lookup: Lookup) -> None:
    assert {one.code for one in lookup.ask("ivory") if one.kind == "product"} == {"IVC"}


def test_marks_tell_words_apart(lookup: Lookup) -> None:
    assert all("hồ" not in words for one in lookup.ask("hổ") for words in one.words.values())


@pytest.mark.parametrize("asked", ["", "   ", "xyzzy quux", "\ud800", "\x00", "a" * 10_000])
def test_what_is_not_known_has_no_meaning(lookup: Lookup, asked: str) -> None:
    assert lookup.ask(asked) == []


def test_names_come_by_language_with_their_source(lookup: Lookup) -> None:
    words = lookup.words(lookup.ask("Manis tricuspis")[0])
    assert {"en", "fr", "de"} <= {word.lang for word in words}
    assert all(word.source for word in words)
    assert len({(word.lang, word.word.casefold()) for word in words}) == len(words)
