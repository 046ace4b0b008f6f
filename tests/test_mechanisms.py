"""A mechanism of one's own, in a file outside the package, is one like any other: ``examples/points.py``, wherever it shows.

What needs no compiling is tried on the readable engine; that the fast one does the same is tried on steps that are compiled by
themselves, and, in the long tests, on the whole week.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import compare, run
from sim.cli import app
from sim.engine import columns, compile
from sim.engine.agreement import agree, difference_in_counts, difference_in_state
from sim.engine.engine import Engine
from sim.engine.objects import Market
from sim.engine.start import Ground, begin, empty_state
from sim.engine.support import Sizes, room_for
from sim.errors import Mistake
from sim.experiments.laboratory import Laboratory
from sim.experiments.question import load_experiment
from sim.experiments.repeating import command_for
from sim.experiments.store import Store
from sim.journey import against, journey
from sim.model.component import builtin
from sim.model.mechanisms import management
from sim.model.outside.parts import NOT_COLUMNS
from sim.model.schedule import Item, company, for_rivals
from sim.model.week import BEFORE, CLOSING, EVERYBODY, PHASES, PLACES, WEEK, entries, week_of
from sim.model.week import journal as empty_journal
from sim.runs.executor import executor
from sim.runs.result import Result
from sim.runs.results import manifest
from sim.scenario.explaining import explain
from sim.scenario.json_schema import schema
from sim.scenario.mechanisms import GROUP, model_with
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described, load
from sim.scenario.wording import compared

ROOT = Path(__file__).resolve().parents[1]
POINTS = ROOT / "examples" / "points.py"
DRAWERS = Path(__file__).parent / "data" / "mechanisms" / "drawers.py"
SMALL: dict[str, Any] = {
    "name": "Cards", "weeks": 60, "market": {"customers": 24, "prospects": 6}, "quality": {"error_rate": 0.05},
    "points": {"rate": 1.0, "threshold": 300, "notice": 2},
}  # fmt: skip


@pytest.fixture(scope="module")
def cards() -> Scenario:
    """A small market with points on cards."""
    return described(SMALL, mechanisms=[POINTS])


@pytest.fixture(scope="module")
def lived(cards: Scenario) -> Result:
    """What comes of it, by the readable engine."""
    return run(cards, 1, engine="mesa", threads=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the mechanism and scenarios that use it well and wrongly."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "points.py").write_bytes(POINTS.read_bytes())
    market = "weeks: 60\nmarket: {customers: 24, prospects: 6}\nquality: {error_rate: 0.05}\n"
    (tmp_path / "today.yaml").write_text(f"name: Today\n{market}", encoding="utf-8")
    points = "points: {rate: 1, threshold: 300, notice: 2}\n"
    (tmp_path / "cards.yaml").write_text(f"extends: today.yaml\nname: Cards\n{points}", encoding="utf-8")
    (tmp_path / "slip.yaml").write_text("extends: today.yaml\npoints: {treshold: 300}\n", encoding="utf-8")
    return tmp_path


def told(*words: str, code: int = 0) -> str:
    """What a command with the mechanism says."""
    done = CliRunner().invoke(app, [*words, "--mechanism", "points.py"])
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.stderr


# ---- as any other mechanism is


def test_it_is_explained_and_checked(folder: Path) -> None:
    said = told("explain", "points")
    assert (
        said.startswith("points\n\nPoints on a card: ")
        and "rate: between 0 and 100 points per currency, default 0" in said
    )
    assert "points          Points on a card" in told("explain")
    assert "did you mean 'threshold'" in told("explain", "points.treshold", code=2)
    assert "It has the mechanism points of your own: Points on a card" in told("check", "cards.yaml")
    wrong = "slip.yaml, line 2: points.treshold is not a parameter of points – did you mean 'threshold'?\n"
    assert told("check", "slip.yaml", code=2) == wrong
    assert "points.rate (Points for each unit of currency that a customer spends): 0 → 1" in told(
        "diff", "today.yaml", "cards.yaml"
    )
    assert "points.rate" in told("explain", "--assumptions")
    known = json.loads(told("schema"))["$defs"]["points"]["properties"]
    assert set(known) == set(model_with([POINTS]).settings["points"])
    assert "points_lapsed" in told("plot", "--list")


def test_every_command_takes_a_mechanism() -> None:
    for words in (
        ["run"],
        ["results", "list"],
        ["staff"],
        ["studio"],
        ["sweep"],
        ["break-even"],
        ["journey"],
        ["demo"],
    ):
        assert "--mechanism FILE.py" in CliRunner().invoke(app, [*words, "--help"]).stdout, words


def test_whoever_does_not_name_it_knows_nothing_of_it(cards: Scenario) -> None:
    sections = {key: value for key, value in SMALL.items() if key != "points"}
    without = described(sections)
    assert without.model is builtin() and "points" not in without.parts and "mechanisms" not in without.canonical()
    assert without.fingerprint == described(sections).fingerprint != cards.fingerprint
    assert "points" not in schema()["$defs"] and "points" not in [row["name"] for row in explain().rows]
    with pytest.raises(Mistake, match="points is no section of a scenario"):
        described(SMALL)
    assert cards.canonical()["mechanisms"] == {"points": cards.model.files[0].sha256}


def test_at_neutral_settings_nothing_of_the_model_s_own_moves() -> None:
    sections = {key: value for key, value in SMALL.items() if key != "points"} | {"weeks": 4}
    with_it, without = (
        Engine(ground_of(described(sections, mechanisms=named)), 1, "mesa").replicate(0) for named in ([POINTS], [])
    )
    counts = len(builtin().counts)
    assert (with_it.counts[:, :counts] == without.counts).all() and not with_it.counts[:, counts:].any()
    ours, theirs = with_it.state(), without.state()
    for mine, one in zip(ours, theirs, strict=True):
        assert (mine[: len(one)] == one).all() and not mine[len(one) :].any()


def test_its_settings_change_over_time_and_contradictions_are_told(tmp_path: Path) -> None:
    own = "IMPOSSIBLE = ((lambda now: now.notice > now.threshold, 'notice is {notice}, above threshold ({threshold})'),)\n"
    (tmp_path / "points.py").write_text(POINTS.read_text(encoding="utf-8") + own, encoding="utf-8")
    scenario = described(SMALL, mechanisms=[tmp_path / "points.py"]).with_(changes={26: {"points": {"rate": 0.5}}})
    assert (scenario.policy()["points_rate"][[25, 26]] == [1, 0.5]).all()
    with pytest.raises(Mistake, match=r"points: notice is 400, above threshold .300."):
        scenario.with_(points={"notice": 400})


# ---- what it does


def test_points_earned_are_redeemed_lapsed_or_still_there(lived: Result, cards: Scenario) -> None:
    counted = {
        name: int(values[0]) for name, values in lived.values.items() if name in cards.model.parts["points"].counts
    }
    left = lived.panel([f"points_{week}" for week in range(52)], weeks=59, engine="mesa").to_numpy().sum()
    assert counted["points_earned"] == counted["points_redeemed"] + counted["points_lapsed"] + left
    assert min(counted.values()) > 0


def test_points_lapse_52_weeks_after_they_were_earned() -> None:
    saving = described(SMALL | {"points": {"rate": 1.0, "threshold": 1e6}}, mechanisms=[POINTS])
    market = Engine(ground_of(saving), 1, "mesa").start(0, EVERYBODY)
    number, earned = saving.model.events.index("points_lapsed"), []
    for week in range(60):
        market.step()
        lapsed = market.events[market.events["what"] == number]
        then = earned[week - 52] if week >= 52 else np.zeros(30)
        assert dict(zip(lapsed["person"].tolist(), lapsed["amount"].tolist(), strict=True)) == {
            person: points for person, points in enumerate(then.tolist()) if points
        }
        earned.append(market.people()[f"points_{week % 52}"].copy())
    assert (earned[0] > 0).sum() == 24 and (earned[59] > 0).any()


def test_rewards_are_in_the_money(lived: Result, cards: Scenario) -> None:
    model, value = cards.model, {name: values[0] for name, values in lived.values.items()}
    spent = value["points_redeemed"] * cards.parts["points"].worth  # type: ignore[attr-defined]
    assert value["cost_rewards"] == pytest.approx(spent, abs=0.01 * value["rewards"]) and value["cost_rewards"] > 0
    out = sum(lived.tally[0, :, model.count(name)].sum() for name in model.money_out) / 100
    assert value["cost"] == pytest.approx(out) and "cost_rewards" in model.money_out
    assert not lived.balance().any()
    assert lived.definitions["cost_rewards"].scale(20) == lived.definitions["rewards"].scale(20) == 20
    books = week_of(model)["account"]
    assert books[-len(CLOSING) :] == CLOSING == company(management.close_books)


def test_counts_are_measures_and_measures_of_one_s_own_can_use_them(cards: Scenario) -> None:
    own = {"lapsed_share": lambda counts: counts["points_lapsed"].sum(axis=1) / counts["points_earned"].sum(axis=1)}
    told = run(cards, 1, engine="mesa", threads=1, measures=own)
    assert told.values["lapsed_share"][0] == told.values["points_lapsed"][0] / told.values["points_earned"][0]
    assert told.definitions["points_lapsed"].meaning == "Points that lapsed"
    assert (told.by_week["points_lapsed"][0, :52] == 0).all() and {"points_lapsed", "cost_rewards"} <= set(told.weekly)
    with pytest.raises(Mistake, match="there is a 'points_lapsed' already"):
        run(cards, 1, engine="mesa", measures={"points_lapsed": len})


def test_a_scenario_loaded_without_it_can_be_run_with_it(cards: Scenario) -> None:
    without = described({key: value for key, value in SMALL.items() if key != "points"} | {"weeks": 2})
    found = run(without, 1, engine="mesa", threads=1, mechanisms=[POINTS])
    assert found.values["points_earned"][0] == 0 and without.model is builtin()


# ---- in a journey, in the panel, in the studio


def test_a_journey_tells_of_it(cards: Scenario, lived: Result) -> None:
    lapsed = lived.events("points_lapsed", engine="mesa").reset_index()
    person, week = int(lapsed.person[0]), int(lapsed.week[0])
    story = journey(cards, person, engine="mesa")
    assert f"Of their points {lapsed.amount[0]:.0f} lapsed." in story.weeks[week].told
    rewarded = lived.events("reward", engine="mesa").reset_index()
    text = " ".join(journey(cards, int(rewarded.person[0]), engine="mesa").text.split())
    assert f"Their card was full with {rewarded.amount[0]:.0f} points, and they got the reward." in text


def test_the_panel_has_a_column_for_each_number(lived: Result) -> None:
    panel = lived.panel(["points_0", "points_51", "trust"], weeks=[0, 51], engine="mesa")
    assert list(panel.columns) == ["points_0", "points_51", "trust"]
    assert (
        (panel.loc[0, 0].points_0 > 0).any()
        and not panel.loc[0, 0].points_51.any()
        and panel.loc[0, 51].points_51.any()
    )
    with pytest.raises(Mistake, match="no column 'points_52' – did you mean"):
        lived.panel("points_52")


@pytest.fixture
def studio() -> Iterator[None]:
    """The studio shows the model with points."""
    pytest.importorskip("solara")
    from sim.studio.visitor.model import show

    show(model_with([POINTS]))
    yield
    show(None)


@pytest.mark.usefixtures("studio")
def test_the_studio_has_its_levers_and_its_page(lived: Result) -> None:
    from sim.studio.library import catalogue, contents, scenario_library
    from sim.studio.live.frames import World
    from sim.studio.visitor.levers import GROUPS, found, lever, numbers, of_part, value_in
    from sim.studio.visitor.policies import Policy, Setting, scenario_of

    assert [each.name for each in of_part("points")] == list(model_with([POINTS]).settings["points"])
    assert (
        lever("points.rate").label == "Points: rate"
        and lever("points.rate").group in GROUPS
        and "points.rate" in numbers()
    )
    assert "points" in found("lapsed nobody")["outside"]
    page = contents.part("points", "rate")
    assert "Lapsed points below which nobody notices" in page and "only whole points" in page
    assert "Points that lapsed" in contents.measures("points_lapsed")
    assert catalogue.find("points_lapsed")["measure"] and catalogue.find("points.notice")["parameter"]
    town = scenario_library.fetch("lessons/town")
    moved = scenario_of(Policy("lessons/town", (Setting("points.rate", "2"),)), town)
    assert value_in(moved, "points.rate") == 2
    world = World(moved.with_(weeks=2, market={"customers": 20, "prospects": 5}), 1, "mesa")
    assert world.step().measures["points_earned"] > 0


def test_the_studio_shows_the_shipped_model_otherwise() -> None:
    pytest.importorskip("solara")
    from sim.studio.library import catalogue
    from sim.studio.visitor.levers import levers

    assert "points" not in catalogue.pages() and "points.rate" not in levers()


# ---- which text it is


def test_another_text_is_another_model(tmp_path: Path) -> None:
    place, text = tmp_path / "points.py", POINTS.read_text(encoding="utf-8")
    place.write_text(text, encoding="utf-8")
    before = described(SMALL, mechanisms=[place])
    assert before.model is described(SMALL, mechanisms=[place, str(place)]).model
    place.write_text(text.replace("rather a bad one", "a bad one"), encoding="utf-8")
    after = described(SMALL, mechanisms=[place])
    assert after.model is not before.model and after.fingerprint != before.fingerprint
    assert columns.week_text(after.model) != columns.week_text(before.model)
    place.unlink()
    short = before.with_(weeks=2)
    assert run(short, 1, engine="mesa", threads=1).values["points_earned"][0] > 0  # from the text that was read
    assert short.model is before.model


def test_the_order_in_which_mechanisms_are_named_means_nothing() -> None:
    assert model_with([POINTS, DRAWERS]) is model_with([DRAWERS, POINTS])
    assert list(model_with([POINTS, DRAWERS]).parts)[-2:] == ["drawers", "points"]
    assert load(ROOT / "scenarios" / "lessons" / "town.yaml", [POINTS]).with_mechanisms([DRAWERS]).model.mechanisms.keys() == {
        "drawers", "points",
    }  # fmt: skip


@pytest.mark.parametrize(
    "hold",
    [
        lambda one, other: compare([one, other.with_(name="Other")], 2),
        lambda one, other: against(one, other, 0),
        lambda one, other: compared(one, other),
    ],
)
def test_scenarios_of_different_models_are_not_held_against_one_another(hold: Any, cards: Scenario) -> None:
    without = described({key: value for key, value in SMALL.items() if key != "points"})
    with pytest.raises(Mistake, match=r"different models: 'Cards' has the mechanisms points \(\w{8}\) and"):
        hold(cards, without)


def test_what_is_kept_says_which_text_it_was(lived: Result, cards: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = manifest([lived])["scenarios"]
    assert kept["meaning"]["mechanisms"] == {"points": cards.model.files[0].sha256}
    monkeypatch.chdir(ROOT)
    assert command_for(cards, 1, 3).startswith("loyalty run SCENARIO --mechanism examples/points.py ")


def test_another_process_needs_the_text_and_no_file(tmp_path: Path) -> None:
    place = tmp_path / "points.py"
    place.write_text(POINTS.read_text(encoding="utf-8") + "# elsewhere\n", encoding="utf-8")
    scenario = described(SMALL, mechanisms=[place])
    packed = pickle.dumps((scenario, replace(ground_of(scenario), given=None)))
    place.unlink()
    program = (
        "import pickle, sys; s, g = pickle.loads(sys.stdin.buffer.read()); print(s.fingerprint, g.model is s.model)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=packed, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode().split() == [scenario.fingerprint, "True"]
    assert pickle.loads(pickle.dumps(builtin())) is builtin()


def test_an_installed_package_offers_a_mechanism_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "card_package").mkdir()
    (tmp_path / "card_package" / "__init__.py").write_text("")
    (tmp_path / "card_package" / "points.py").write_bytes(POINTS.read_bytes())
    about = tmp_path / "card_package-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: card-package\nVersion: 1.0\n")
    offers = "cards = card_package.points\nlost = card_package.nothing\n"
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{offers}")
    monkeypatch.syspath_prepend(tmp_path)
    assert model_with(["cards"]).mechanisms == model_with([POINTS]).mechanisms
    with pytest.raises(Mistake, match="no mechanism 'card'.*did you mean 'cards'"):
        model_with(["card"])
    with pytest.raises(Mistake, match="mechanism 'lost': its package names the module card_package.nothing"):
        model_with(["lost"])


# ---- where it acts, and on what


def test_steps_act_at_the_place_that_the_file_names(tmp_path: Path) -> None:
    text = POINTS.read_text(encoding="utf-8").replace('WEEK = {"touch": ', "WEEK = {PLACE: ")
    for place in PLACES:
        (tmp_path / "points.py").write_text(text.replace("PLACE", repr(place)), encoding="utf-8")
        model = model_with([tmp_path / "points.py"])
        own, week = tuple(model.parts["points"].week[place]), week_of(model)
        phase, first = place.removeprefix(BEFORE), place.startswith(BEFORE)
        closing = len(CLOSING) if phase == "account" else 0
        whole = len(week[phase]) - closing
        assert (week[phase][:3] if first else week[phase][whole - 3 : whole]) == own
        assert {name: len(items) for name, items in week.items()} == {
            name: len(for_rivals(WEEK[name], several=False)) + 3 * (name == phase) for name in PHASES
        }
    assert week_of(builtin()) == {name: for_rivals(items, several=False) for name, items in WEEK.items()}


def test_what_carries_columns_is_never_called_what_a_column_may_be() -> None:
    """A column of such a name would take the place of what somebody is or does."""
    pytest.importorskip("mesa")
    from sim.engine.objects.agents import Company, Customer, Representative

    market = Market(ground_of(described({"weeks": 1, "market": {"customers": 9, "prospects": 1}})), 1, 0)
    known = {name for kind in ("number", "clock", "mark", "staff", "firm") for name in builtin().names(kind)}
    for carrier in (market.everybody[0], market.company, market.company.representatives[0]):
        assert isinstance(carrier, Customer | Company | Representative)
        weekly = {name for kind in carrier.kinds for name in builtin().columns(kind)}
        own = {name for name in dir(carrier) if not name.startswith("_")}
        assert own - known - weekly <= NOT_COLUMNS


def alone(model_of: Ground, items: dict[str, tuple[Item, ...]]) -> tuple[Any, Any, Any]:
    """Weeks in which nothing happens but these items, in columns: the state, the counts and the events."""
    text = compile.Module(model_of.model, items).text()
    week = columns._loaded("loyalty_week_of_its_own", text)
    work, weekly = room_for(model_of.plan.people, Sizes(*week.SIZES))
    state = empty_state(model_of)
    network, flags = begin(model_of, 1, 0, state)
    tally, book = np.zeros((model_of.weeks, len(model_of.model.counts)), np.int64), empty_journal(EVERYBODY, 20_000)
    week.weeks(state, work, weekly, network, model_of.policy, 0, flags, tally, book)
    return state, tally, entries(book)


@pytest.mark.parametrize("most", [0.3, 1.5, 50.0])
def test_both_engines_keep_several_numbers_alike(most: float) -> None:
    """Of persons, representatives and the company; one by one, for those on a list and for everybody at once."""
    sections = {"weeks": 50, "market": {"customers": 1200, "prospects": 100}, "network": {"kind": "none"}}
    tidy = {"from week 40": {"drawers": {"tidy": True}}, "from week 42": {"drawers": {"tidy": False}}}
    scenario = described(sections | {"changes": tidy, "drawers": {"most": most, "place": 9}}, mechanisms=[DRAWERS])
    inputs = ground_of(scenario)
    own = {place.replace(" ", "_"): tuple(items) for place, items in inputs.model.parts["drawers"].week.items()}
    items = {"govern": company(management.take_posts), **own}
    state, tally, events = alone(inputs, items)
    market = Market(inputs, 1, 0, journal=empty_journal(EVERYBODY, 20_000))
    market.order = items
    for week in range(inputs.weeks):
        market.step()
        assert difference_in_counts(week, market.tally[week], tally[week], inputs.model) is None
    assert difference_in_state(inputs.weeks - 1, market.state(), state, inputs.model) is None
    assert len(events) > 100 and (entries(market.journal) == events).all()
    assert tally[:, -3:].any(axis=0).all()


def test_a_rule_that_cannot_be_compiled_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = POINTS.read_text(encoding="utf-8").replace(
        "f32(np.int64(spend * rate))", "f32(sorted({spend: rate}.items(), key=str)[0][0])"
    )
    (tmp_path / "points.py").write_text(text.partition("EXAMPLES")[0], encoding="utf-8")
    scenario = described(SMALL, mechanisms=["points.py"])
    own = {place: tuple(items) for place, items in scenario.model.parts["points"].week.items()}
    alone_text = compile.Module(scenario.model, {**own, "talk": (), "decide": ()}).text()
    monkeypatch.setattr(columns, "week_text", lambda model, grouped=False: alone_text)
    monkeypatch.setattr(columns.precompile, "shared", lambda *of_the_whole_week: None)
    with pytest.raises(Mistake, match=r"points\.py, line 6\d: this cannot be compiled"):
        run(scenario, 2, threads=1)


# ---- the whole week, compiled


@pytest.mark.heavy
def test_both_engines_agree_over_all_weeks(cards: Scenario) -> None:
    busy = cards.with_(weeks=110, market={"customers": 120, "prospects": 40}, points={"threshold": 250})
    assert agree(ground_of(busy)) is None


@pytest.mark.heavy
def test_digests_hold_over_threads_workers_and_engines(cards: Scenario, lived: Result) -> None:
    one, two = (run(cards, 3, threads=threads) for threads in (1, 2))
    assert one.digests == two.digests and one.digests[0] == lived.digests[0]
    assert run(cards, 3, workers=2).digests == one.digests


@pytest.mark.heavy
def test_it_is_compared_swept_and_kept_like_any_other(folder: Path) -> None:
    answer = json.loads(
        told("compare", "today.yaml", "cards.yaml", "--replications", "20", "--report", "r.html", "--json")
    )
    gaps = answer["differences"]["Cards"]
    assert gaps["cost_rewards"]["low"] > 0 and gaps["points_earned"]["mean"] > 0
    assert "points that lapsed" in (folder / "r.html").read_text(encoding="utf-8").lower()
    (folder / "sweep.yaml").write_text(
        "question: How many points?\nbase: cards.yaml\nlevers: {points.rate: {low: 0, high: 2}}\n"
        "outcomes: {profit: {}, points_lapsed: {direction: lower}, cost_rewards: {}}\ndesign: {kind: grid, levels: 3}\n"
        "replications: 3\n",
        encoding="utf-8",
    )
    told("check", "sweep.yaml")
    swept = json.loads(told("sweep", "sweep.yaml", "--json"))
    assert {"points.rate", "points_lapsed"} <= set(str(swept).replace("'", " ").split())
    asked = load_experiment("sweep.yaml", mechanisms=["points.py"])
    with executor(threads=1) as place:
        laboratory = Laboratory(asked.definitions, asked.seed, Store(folder / "results" / "store"), place)
        again = laboratory.measure([asked.base], range(3))
        assert laboratory.tally.ran == 0 and np.isfinite(again).all()
    (folder / "points.py").write_text(POINTS.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
    other = load_experiment("sweep.yaml", mechanisms=["points.py"])
    assert laboratory.missing(asked.base, range(3)).size == 0 and laboratory.missing(other.base, range(3)).size == 3


@pytest.mark.heavy
def test_a_life_with_and_without_cards_is_told_side_by_side(folder: Path) -> None:
    assert "they got the reward" in " ".join(
        told("journey", "today.yaml", "--against", "cards.yaml", "--customer", "1").split()
    )
