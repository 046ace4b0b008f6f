"""The studio's library: everything there is stands in it, what it hands out runs, and nothing in it is taken for a page."""

from __future__ import annotations

import re
import zipfile
from html import unescape
from pathlib import Path

import pytest

pytest.importorskip("solara")

from sim.model.component import parts
from sim.model.parameters import lines
from sim.runs.measures import MEASURES
from sim.scenario.whole import described, load
from sim.scenario.yaml_file import read_yaml
from sim.studio.library import catalogue, contents, scenario_library
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.packing import on_own_shelf, to_download


@pytest.fixture
def desk(tmp_path: Path) -> VisitorFiles:
    folder = tmp_path / "desk"
    folder.mkdir()
    return VisitorFiles(folder)


def titles(words: str, kind: str) -> list[tuple[tuple[str, str], ...]]:
    return [entry.leads for entry in catalogue.find(words).get(kind, [])]


def test_every_part_setting_and_measure_is_found_by_its_name() -> None:
    for name, part in parts().items():
        assert (("part", name),) in titles(name, part.group)
        for setting in lines(part.parameters) if part.parameters else ():
            assert (("part", name), ("setting", setting)) in titles(f"{name}.{setting}", "parameter")
    for measure in MEASURES:
        assert (("shelf", "measures"), ("measure", measure.name)) in titles(measure.name, "measure")


def test_every_shipped_scenario_is_found_by_what_it_is_called() -> None:
    for key in scenario_library.shipped():
        assert (("scenario", key),) in titles(scenario_library.title(key), "scenario")


def test_a_search_finds_only_what_holds_every_word() -> None:
    found = [entry for hits in catalogue.find("outsourced call").values() for entry in hits]
    assert found and all("outsourced" in e.text.casefold() and "call" in e.text.casefold() for e in found)
    assert catalogue.find("qxzw") == {} and catalogue.find("  ") == {}


def test_a_part_page_shows_every_setting_with_range_default_and_source_and_every_example() -> None:
    page = unescape(contents.part("call_centre", "wage"))
    known = lines(parts()["call_centre"].parameters)  # type: ignore[arg-type]
    assert page.count('<th scope="row">') >= len(known) + len(parts()["call_centre"].examples)
    for line in known.values():
        assert line.meaning in page and line.source_kind in page
    assert page.count('aria-current="true"') == 1


def test_a_worked_example_names_everything_that_it_is_given() -> None:
    for part in parts().values():
        for example in part.examples:
            _, given, becomes, _ = catalogue.example_told(example)
            assert len(re.findall(r"(?:^|, )", given)) == max(len(example.given), 1)
            assert becomes


def test_every_claim_that_a_part_serves_is_told_in_words() -> None:
    told = {number: says for page in catalogue.pages().values() for number, says in page.claims}
    wordless = sorted(number for number, says in told.items() if not says)
    assert len(told) > 25 and wordless == sorted(set(wordless) - set(catalogue.claims()))
    assert told["S0.6"].startswith("refusing accountability")


def keys_written(path: Path) -> set[str]:
    written = read_yaml(path).plain()
    own = {"name", "description", "extends", "lesson", "changes", "customers", "currency"}
    return {
        f"{section}.{key}" if isinstance(value, dict) else section
        for section, value in written.items()
        if section not in own
        for key in (value if isinstance(value, dict) else [""])
    }


@pytest.mark.parametrize(
    "key", ["telecom/outsourced", "telecom/upselling", "telecom/accountable", "industries/bank_branchless"]
)
def test_what_differs_is_what_the_file_writes(key: str) -> None:
    card = next(card for card in catalogue.cards() if card.key == key)
    rows = [catalogue.told_change(change) for change in catalogue.changes(card, scenario_library.fetch(key))]
    assert card.extends.rpartition("/")[0] == card.folder
    assert {row[3] for row in rows if not row[3].startswith("customers.")} >= keys_written(
        scenario_library.shipped()[key]
    )
    assert all(old != new for _, old, new, _ in rows)


def test_assumptions_come_most_influential_first_and_every_setting_with_a_source_is_there() -> None:
    found = catalogue.sourced()
    expected = {
        f"{name}.{setting}" for name, part in parts().items() if part.parameters for setting in lines(part.parameters)
    }
    assert expected <= {item.path for item in found}
    numbers = [
        max(float(number) for number in hit.groups())
        for item in found
        if (hit := re.search(r"customers kept ([\d.]+), margin ([\d.]+) points", item.row["source"]))
    ]
    assert len(numbers) > 50 and numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("key", ["telecom/outsourced", "lessons/the_fee_trap", "industries/bank"])
def test_what_is_downloaded_means_the_same_wherever_it_is_unpacked(key: str, tmp_path: Path) -> None:
    scenario = scenario_library.fetch(key)
    name, content = to_download(scenario, key.rpartition("/")[2])
    (tmp_path / name).write_bytes(content)
    if name.endswith(".zip"):
        zipfile.ZipFile(tmp_path / name).extractall(tmp_path)
        assert (tmp_path / "NOTICE.txt").is_file()
    again = load(next(tmp_path.glob("*.yaml")))
    assert again.full_fingerprint == scenario.full_fingerprint and again.name == scenario.name


def test_a_scenario_put_on_the_desk_stands_on_the_shelf_and_is_the_same(desk: VisitorFiles) -> None:
    scenario = scenario_library.fetch("telecom/today").with_(call_centre={"representatives": 17})
    key = on_own_shelf(scenario, desk, "17 people / ../../x")
    assert key == "own/17_people_x" and scenario_library.fetch(key, desk).full_fingerprint == scenario.full_fingerprint
    assert {path.parent for path in desk.folder.rglob("*")} == {desk.folder}


def test_names_and_words_of_visitors_are_shown_as_text(desk: VisitorFiles) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    described({"name": hostile, "description": hostile, "weeks": 4}).save(desk.folder / "mine.yaml")
    for page in (contents.scenarios(desk), contents.scenario("own/mine", desk), contents.found("onerror", desk)):
        assert hostile not in page and "&lt;img" in page
    assert hostile not in contents.found(hostile, desk)


def test_a_scenario_that_cannot_be_read_is_told_and_spoils_nothing_else(desk: VisitorFiles) -> None:
    (desk.folder / "broken.yaml").write_text("weeks: [", encoding="utf-8")
    page = contents.scenarios(desk)
    assert "It cannot be read" in page and "Outsourced call centre" in page
