"""What the Compare page is made of, without a browser: levers, policies in an address, customer files, files to take home."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("solara")

from markupsafe import escape

from sim.errors import Mistake
from sim.model.component import parts
from sim.scenario.whole import load
from sim.studio.company.own_company import Own
from sim.studio.compare import answer, kept
from sim.studio.compare import question as asking
from sim.studio.compare.question import Question
from sim.studio.library.scenario_library import fetch, shipped
from sim.studio.visitor import packing
from sim.studio.visitor.address import MOST
from sim.studio.visitor.files import DESKS, VisitorFiles, safe_name
from sim.studio.visitor.levers import found, lever, levers
from sim.studio.visitor.policies import Policy, Setting, fault_of, from_address, now, scenario_of, sections, to_address
from sim.studio.widgets.number_field import Limits
from sim.studio.widgets.sections import spoken

TODAY = "telecom/today"


@pytest.fixture
def desk(tmp_path: Path) -> VisitorFiles:
    folder = tmp_path / "desk"
    folder.mkdir()
    return VisitorFiles(folder)


class Watch:
    """Counts steps; told to, it stops after some of them."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.done, self._stop_after = 0, stop_after
        self.expected: list[tuple[int, str]] = []
        self._stop = lambda: None

    def step(self, count: int = 1) -> None:
        self.done += count
        if self.done >= self._stop_after:
            self._stop()

    def expect(self, total: int, note: str = "") -> None:
        self.expected = [*self.expected, (total, note)]

    def on_cancel(self, stop: object) -> None:
        self._stop = stop  # type: ignore[assignment]


# ---- levers


def test_every_parameter_of_every_mechanism_and_behaviour_is_a_lever() -> None:
    wanted = {f"{p.name}.{name}" for p in parts().values() if p.parameters for name in p.parameters.model_fields}
    assert wanted <= set(levers())


def test_every_lever_can_be_set_to_what_it_is_and_then_changes_nothing() -> None:
    today = load(shipped()[TODAY])
    for key in levers():
        changed = today.with_(lesson=None, **sections([Setting(key, now(key, today))]))
        assert changed.fingerprint == today.fingerprint, key


def keys_found(words: str) -> list[str]:
    return [each.key for some in found(words).values() for these in some.values() for each in these]


def test_levers_are_found_by_words_of_their_name_and_meaning() -> None:
    assert keys_found("callback share of") == ["call_centre.callback"]
    assert "call_centre.wage" in keys_found("hour representative costs")
    assert set(keys_found("")) == set(levers()) and keys_found("xyzzy") == []


def test_an_unknown_lever_is_refused_with_the_nearest() -> None:
    with pytest.raises(Mistake, match=r"there is no lever 'outsourcing.shar' – did you mean 'outsourcing.share'\?"):
        lever("outsourcing.shar")


# ---- policies and addresses

texts = st.text(max_size=30)
settings_ = st.builds(Setting, st.sampled_from(sorted(levers())), texts, st.integers(0, 9999))
few = settings(max_examples=40)
policies = st.builds(
    Policy, st.sampled_from(sorted(shipped())), st.lists(settings_, max_size=4).map(tuple), texts, texts
)


@few
@given(policies)
def test_a_policy_comes_back_from_its_address(policy: Policy) -> None:
    assert from_address(to_address(policy)) == policy


@given(st.text(max_size=200))
def test_any_text_in_an_address_is_read_without_a_fault(text: str) -> None:
    policy = from_address(text)
    assert from_address(to_address(policy)) == policy


@given(st.dictionaries(st.sampled_from([*asking.PLACES, *asking.NUMBERS]), st.text()))
def test_any_address_asks_a_question_within_bounds(entries: dict[str, str]) -> None:
    question = asking.from_entries(entries)
    assert 2 <= question.replications <= asking.MOST and 10 <= question.count <= asking.MOST_CUSTOMERS
    assert 0 <= question.weeks <= asking.MOST_WEEKS and question.policies
    assert question.precision == 0 or asking.FINEST <= question.precision <= asking.COARSEST
    assert asking.from_entries(question.to_address()).precision == question.precision


def test_a_question_comes_back_from_its_address() -> None:
    moved = Policy("telecom/outsourced", (Setting("call_centre.callback", "40 %", 6),), "Called back", "ours~100 %")
    question = Question((Policy(TODAY), moved), asking.DRAWN, 300, 12, 90, 7, 0.25)
    entries = question.to_address()
    assert asking.from_entries(entries) == question
    assert len(str(entries)) < MOST / 4
    timed = replace(question, warm_up=52, measured_from=4, windows="quarter")
    assert asking.from_entries(timed.to_address()) == timed


def test_a_lever_is_refused_as_the_check_of_a_scenario_refuses_it() -> None:
    today = load(shipped()[TODAY])
    with pytest.raises(Mistake) as refused:
        today.with_(outsourcing={"share": 1.5})
    assert fault_of(Setting("outsourcing.share", "150 %"), today).replace("150 %", "1.5").replace("'", "") == str(
        refused.value
    )
    assert fault_of(Setting("outsourcing.share", "50 %"), today) == ""
    assert "week 104" in fault_of(Setting("outsourcing.share", "0.5", 104), today)


def test_a_setting_from_a_later_week_leaves_the_weeks_before_alone() -> None:
    today = load(shipped()[TODAY])
    policy = Policy(TODAY, (Setting("call_centre.callback", "40 %", 6), Setting("call_centre.wage", "30")))
    changed = scenario_of(policy, today)
    assert [changed.settings(week)["call_centre"].callback for week in (5, 6)] == [0.0, 0.4]
    assert {changed.settings(week)["call_centre"].wage for week in (0, 6)} == {30.0}
    assert today.settings(6)["call_centre"].callback == 0.0


def test_nothing_typed_is_cut_short_and_what_is_too_long_is_refused() -> None:
    today, long = load(shipped()[TODAY]), "x" * 150
    policy = from_address(to_address(Policy(TODAY, (Setting("outsourcing.share", long),), long, long * 3)))
    assert (policy.settings[0].written, policy.name, policy.about) == (long, long, long * 3)
    with pytest.raises(Mistake, match="name is .* but must be shorter text"):
        scenario_of(Policy(TODAY, name=long), today)


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("10", True),
        (" 99 ", True),
        ("9", False),
        ("100", False),
        ("", False),
        ("1e2", False),
        ("-5", False),
        ("٣٠", False),
    ],
)
def test_a_field_of_whole_numbers_objects_to_everything_else(words: str, fits: bool) -> None:
    assert (Limits(10, 99, whole=True).objection(words) == "") is fits
    assert Limits(10, 99, whole=True, optional=True).objection("") == ""


def test_two_policies_that_would_be_called_the_same_are_refused(desk: VisitorFiles) -> None:
    with pytest.raises(Mistake, match="two policies are called 'Today'"):
        asking.scenarios(Question((Policy(TODAY), Policy(TODAY))), desk)


def test_scenarios_of_different_length_are_refused_until_the_weeks_are_said(desk: VisitorFiles) -> None:
    short = load(shipped()["telecom/outsourced"]).with_(lesson=None, weeks=52)
    packing.on_own_shelf(short.with_(name="Short"), desk)
    question = Question((Policy(TODAY), Policy("own/short")), asking.DRAWN, 100)
    with pytest.raises(Mistake, match="say under Customers how many weeks"):
        asking.scenarios(question, desk)
    assert {scenario.weeks for scenario in asking.scenarios(replace(question, weeks=20), desk)} == {20}


def test_all_policies_warm_up_under_the_settings_of_the_first_and_are_measured_alike(desk: VisitorFiles) -> None:
    moved = Policy(TODAY, (Setting("quality.level", "0.6", 0),), "Worse")
    question = Question((moved, Policy("telecom/outsourced")), weeks=20, warm_up=4, measured_from=2, windows="month")
    base, other = asking.scenarios(question, desk)
    assert base.warm_up == other.warm_up == 4 and base.before == other.before == base.parts != other.parts
    assert base.measure.told == other.measure.told == "from week 2 by month"
    assert asking.customer_weeks([base, other]) == 24 / 20 * asking.customer_weeks(
        asking.scenarios(replace(question, warm_up=0), desk)
    )


def test_policies_on_unlike_customers_are_refused_before_anything_is_run(desk: VisitorFiles) -> None:
    question = Question((Policy(TODAY), Policy("lessons/town")), weeks=8)
    watch = Watch()
    with pytest.raises(Mistake, match="different (warm-ups|numbers of customers)"):
        answer.found(question, asking.scenarios(question, desk), desk.folder, watch)
    assert watch.done == 0


def test_work_of_hours_is_refused(desk: VisitorFiles) -> None:
    question = Question((Policy(TODAY), Policy("telecom/outsourced")), asking.DRAWN, 100_000, 1040, 1000)
    with pytest.raises(Mistake, match="customer-weeks"):
        asking.refuse_before_running(asking.scenarios(question, desk), question)


# ---- customers


def test_drawn_customers_take_the_place_of_a_files_and_leave_all_else(desk: VisitorFiles) -> None:
    today = fetch(TODAY)
    drawn = asking.drawn(today, 70)
    assert drawn.customers.file is None and drawn.market.customers == 70
    assert drawn.parts == today.parts


def own_company(desk: VisitorFiles) -> Own:
    """The company of a small file with a column that says who has left."""
    own, path = Own(desk), Path(__file__).parent / "data" / "cases" / "phone.csv"
    with path.open("rb") as stream:
        own.bring(path.name, stream, path.stat().st_size)
    assert own.reckoned().company is not None
    return own


# ---- files to take home, and the answer


def asked(**changes: object) -> Question:
    other = Policy("telecom/outsourced", (Setting("call_centre.callback", "40 %", 3),), "Called back; & <b>")
    return replace(Question((Policy(TODAY), other), asking.DRAWN, 120, 8, 4, 3), **changes)  # type: ignore[arg-type]


def command_of(desk: VisitorFiles) -> str:
    """The command that stands among the files to take home."""
    with ZipFile(desk.folder / answer.SCENARIOS) as archive:
        (line,) = (
            line for line in archive.read("READ_ME.txt").decode().splitlines() if line.startswith("    loyalty ")
        )
    return line.strip()


def on_company(desk: VisitorFiles) -> Question:
    """Two policies on the visitor's own company."""
    key = own_company(desk).key
    other = Policy(key, (Setting("call_centre.callback", "40 %", 3),), "Called back; & <b>")
    return asked(policies=(Policy(key), other), people=asking.OF_SCENARIO)


@pytest.mark.parametrize("key", [TODAY, "lessons/the_good_recovery", "industries/bank"])
def test_a_saved_scenario_means_the_same_and_loads_where_it_lies(key: str, tmp_path: Path) -> None:
    scenario = load(shipped()[key])
    (again,) = packing.bundled([scenario], tmp_path)
    assert again.fingerprint == scenario.fingerprint and again.name == scenario.name
    assert load(tmp_path / again.path.name).fingerprint == scenario.fingerprint  # type: ignore[union-attr]


@given(st.text(max_size=90))
def test_any_words_make_a_name_of_a_file_and_nothing_else(words: str) -> None:
    name = packing.file_name(words)
    assert name == Path(name).name == safe_name(name) and not name.startswith(("-", "."))
    assert len(f"report_{name}_markdown.zip".encode()) < 256


def test_long_names_that_begin_alike_stay_two() -> None:
    names = {packing.file_name(f"{'a very long name ' * 5}{k}") for k in range(5)}
    assert len(names) == 5 and max(map(len, names)) == packing.LONGEST


def test_scenarios_of_the_same_name_on_different_files_of_the_same_name_stay_what_they_are(tmp_path: Path) -> None:
    found = []
    for k, folder in enumerate((tmp_path / "ours", tmp_path / "theirs")):
        folder.mkdir()
        (folder / "people.csv").write_text("spend\n" + f"{k + 3}\n" * 30, encoding="utf-8")
        (folder / "SOURCE.txt").write_text(f"from {folder.name}", encoding="utf-8")
        told = f"name: Same\nweeks: {k + 4}\ncustomers: {{file: people.csv, columns: {{spend: {{column: spend}}}}}}\n"
        (folder / "s.yaml").write_text(told, encoding="utf-8")
        found.append(load(folder / "s.yaml"))
    (tmp_path / "home").mkdir()
    again = packing.bundled(found, tmp_path / "home")
    assert [one.full_fingerprint for one in again] == [one.full_fingerprint for one in found]
    said = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "home").glob("*SOURCE.txt"))]
    assert sorted(said) == ["from ours", "from theirs"]


def test_own_scenarios_stand_on_the_shelf_and_mean_the_same(desk: VisitorFiles) -> None:
    question = on_company(desk)
    for scenario in asking.scenarios(question, desk):
        key = packing.on_own_shelf(scenario, desk)
        assert fetch(key, desk).fingerprint == scenario.fingerprint


def test_nothing_on_the_shelf_is_lost_to_another_of_the_same_name(desk: VisitorFiles) -> None:
    today = fetch(TODAY).with_(lesson=None, name="Mine")
    others = [today.with_(quality={"level": level}) for level in (0.5, 0.6)]
    keys = [packing.on_own_shelf(scenario, desk) for scenario in (today, *others, others[0], today)]
    assert keys == ["own/mine", "own/mine_2", "own/mine_3", "own/mine_2", "own/mine"]
    assert [fetch(key, desk).name for key in keys[:3]] == ["Mine", "Mine (2)", "Mine (3)"]
    assert [fetch(key, desk).full_fingerprint for key in keys[:3]] == [one.full_fingerprint for one in (today, *others)]


def test_the_command_in_the_unpacked_files_gives_the_numbers_of_the_page(desk: VisitorFiles, tmp_path: Path) -> None:
    question, watch = on_company(desk), Watch()
    scenarios = asking.scenarios(question, desk)
    shown = answer.found(question, scenarios, desk.folder, watch)
    assert watch.done == 8 and shown.done == 4
    home = tmp_path / "home"
    with ZipFile(desk.folder / answer.SCENARIOS) as archive:
        assert {"phone_today.yaml", "customers.csv"} <= set(archive.namelist())
        archive.extractall(home)
    command = [sys.executable, "-m", "sim", *shlex.split(command_of(desk))[1:], "--json", "--report", "again.html"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    there, here = json.loads(done.stdout), answer.compared(scenarios, question, Watch()).to_json()
    assert there == here
    assert (home / "again.html").read_text(encoding="utf-8") == (desk.folder / answer.REPORT).read_text(
        encoding="utf-8"
    )


def test_called_off_it_keeps_what_is_done_and_says_of_how_many(desk: VisitorFiles) -> None:
    question = asked(replications=400, count=400, weeks=20)
    shown = answer.found(question, asking.scenarios(question, desk), desk.folder, Watch(stop_after=24))
    assert 2 <= shown.done < 400
    assert shown.sure == (
        (f"Called off: this rests on the {shown.done} of 400 replications that were done.", "warning"),
    )


def test_called_off_at_once_it_says_that_there_is_too_little(desk: VisitorFiles) -> None:
    class Hasty(Watch):
        def on_cancel(self, stop: object) -> None:
            stop()  # type: ignore[operator]

    question = asked()
    with pytest.raises(Mistake, match="called off when 0 of 4 replications were done"):
        answer.found(question, asking.scenarios(question, desk), desk.folder, Hasty())


def test_the_page_says_what_the_report_says(desk: VisitorFiles) -> None:
    question = asked(replications=6)
    shown = answer.found(question, asking.scenarios(question, desk), desk.folder, Watch())
    report = (desk.folder / answer.REPORT).read_text(encoding="utf-8")
    assert "<b>" not in report.split("<style")[0] and "Called back; &amp; &lt;b&gt;" in report
    (card,) = shown.document.cards()
    for sentence in (shown.document.headline, *shown.document.lead, *(words for _, words in card.told)):
        assert str(escape(sentence)) in report
    assert [picture.name for picture in shown.pictures] == list(answer.FIRST) and len(shown.differences.pictures) > 3
    assert "week" in shown.pictures[0].alt and not {p.alt for p in shown.pictures} & {
        p.alt for p in shown.differences.pictures
    }
    assert any("callback" in line for line in shown.differs[card.name])


def test_an_answer_is_kept_at_an_address_for_whoever_is_given_it_but_its_files_are_the_visitors_own(
    desk: VisitorFiles,
) -> None:
    question = asked()
    key = kept.found(question, asking.scenarios(question, desk), desk, Watch())
    mine = kept.at(key, desk)
    assert mine.as_asked(question.to_address(), desk) and not mine.as_asked(asked(seed=8).to_address(), desk)
    assert mine.scenarios(desk, "scenarios.zip") and mine.headline == mine.shown().document.headline
    assert [each.key for each in kept.of_visitor(desk)] == [key]
    for wrong in ("x" * 22, "../../../etc/passwd", "", f".{key}", key[:-1] + ("a" if key[-1] != "a" else "b")):
        with pytest.raises(Mistake, match="no such answer here any more"):
            kept.at(wrong, desk)
    ann, ben = DESKS.of("ann-with-an-answer"), DESKS.of("ben-with-a-link")
    key = kept.found(question, asking.scenarios(question, ann), ann, Watch())
    theirs = kept.at(key, ben)
    assert theirs.headline and theirs.report(ben, "report.html").parent == ben.folder
    assert theirs.scenarios(ben, "scenarios.zip") is None and kept.of_visitor(ben) == []
    assert theirs.as_asked(question.to_address(), ben)


def test_an_answer_says_that_its_company_was_changed_since(desk: VisitorFiles) -> None:
    question = on_company(desk)
    key = kept.found(question, asking.scenarios(question, desk), desk, Watch())
    assert kept.at(key, desk).as_asked(question.to_address(), desk)
    own = Own(desk)
    own.answer(("company", "representatives"), 9)
    own.reckoned()
    assert not kept.at(key, desk).as_asked(question.to_address(), desk)


def test_of_too_many_answers_the_oldest_goes(desk: VisitorFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    question = asked()
    keys = [kept.found(question, asking.scenarios(question, desk), desk, Watch()) for _ in range(3)]
    assert [each.key for each in kept.of_visitor(desk)] == [keys[2], keys[1]]


def test_the_page_shows_who_gains_and_what_it_hangs_on_in_the_reports_words(
    desk: VisitorFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOYALTY_WORLDS", "shipped")
    question = replace(on_company(desk), replications=80)
    shown = answer.found(question, asking.scenarios(question, desk), desk.folder, Watch())
    assert [section.title for section in shown.told] == list(answer.TOLD)
    report = (desk.folder / answer.REPORT).read_text(encoding="utf-8")
    for section in shown.told:
        assert all(str(escape(sentence)) in report for sentence in section.sentences)


def test_a_page_names_no_file_and_no_command() -> None:
    told = "This is a model. Its rules are assumptions; `loyalty explain` tells. All are in `segments.parquet`. Yes."
    assert spoken(told) == "This is a model. Its rules are assumptions. Yes."


# ---- as many replications as the answer needs


def test_a_wished_precision_is_reached_and_told_and_the_command_gives_the_same(
    desk: VisitorFiles, tmp_path: Path
) -> None:
    question, watch = asked(precision=0.05), Watch()
    scenarios = asking.scenarios(question, desk)
    shown = answer.found(question, scenarios, desk.folder, watch)
    here = answer.compared(scenarios, question, Watch())
    assert here.known_to <= 0.0005 and shown.done == here.asked > 50
    assert watch.done == 2 * shown.done == watch.expected[-1][0] and "may do" in watch.expected[0][1]
    ((sentence, kind),) = shown.sure
    assert f"After {shown.done:,} replications" in sentence and "the aim was 0.05." in sentence and kind == "info"
    assert str(escape(sentence)) in (desk.folder / answer.REPORT).read_text(encoding="utf-8")
    assert "--precision 0.05% --seed 3" in command_of(desk) and "--replications" not in command_of(desk)
    home = tmp_path / "home"
    with ZipFile(desk.folder / answer.SCENARIOS) as archive:
        archive.extractall(home)
    command = [sys.executable, "-m", "sim", *shlex.split(command_of(desk))[1:], "--json", "--report", "again.html"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == here.to_json()
    assert (home / "again.html").read_text(encoding="utf-8") == (desk.folder / answer.REPORT).read_text(
        encoding="utf-8"
    )


def test_the_bound_is_told_when_it_is_reached_first(desk: VisitorFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(precision=0.02)
    scenarios = asking.scenarios(question, desk)
    monkeypatch.setattr(asking, "MOST_CUSTOMER_WEEKS", 60 * asking.customer_weeks(scenarios))
    shown = answer.found(question, scenarios, desk.folder, Watch())
    ((sentence, kind),) = shown.sure
    assert (
        shown.done == 60 and sentence.startswith("The bound of 60 replications was reached first") and kind == "warning"
    )
    assert command_of(desk).endswith("--precision 0.02% --most 60 --seed 3")


def test_called_off_before_it_is_sure_enough_it_says_how_sure_it_is(desk: VisitorFiles) -> None:
    question = asked(precision=0.02)
    shown = answer.found(question, asking.scenarios(question, desk), desk.folder, Watch(stop_after=130))
    ((sentence, kind),) = shown.sure
    assert kind == "warning" and "before it was sure enough" in sentence
    assert "--replications" in shown.document.commands[0] and "--precision" not in shown.document.commands[0]
    assert "--precision" in command_of(desk)


def test_the_customers_and_weeks_bound_how_many_replications_a_page_takes_on(desk: VisitorFiles) -> None:
    few = asking.scenarios(Question((Policy(TODAY), Policy("telecom/outsourced")), asking.DRAWN, 100, 10), desk)
    many = asking.scenarios(Question((Policy(TODAY), Policy("telecom/outsourced")), asking.DRAWN, 100_000, 1040), desk)
    assert asking.bound(few) == 20_000
    assert asking.bound(many) * asking.customer_weeks(many) <= asking.MOST_CUSTOMER_WEEKS


def test_what_a_visitor_brought_goes_last_when_the_desk_is_full(desk: VisitorFiles) -> None:
    packing.on_own_shelf(fetch(TODAY).with_(lesson=None, name="Mine"), desk)
    for number in range(60):
        desk.place(f"report {number}.html").write_text("x", encoding="utf-8")
    assert desk.find("mine.yaml") and not desk.find("report 0.html")
