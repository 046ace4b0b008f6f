"""The report: one file that needs nothing else, the same bytes every time, and sentences that say what the numbers say."""

from __future__ import annotations

import base64
import dataclasses
import html.parser
import os
import re
import xml.etree.ElementTree as xml
from pathlib import Path

import numpy as np
import pytest
from worlds import busy

from sim import Mistake, compare, load, run
from sim.model.week import COUNTS
from sim.report import facts, words
from sim.report.amounts import number, places, rough_money, signed, span
from sim.report.brief import MEASURES
from sim.report.charts import figures
from sim.report.charts.layout import spread
from sim.report.charts.palette import look
from sim.report.comparison import document, write
from sim.report.document import Document
from sim.report.formats import writer
from sim.report.formats.html import html as html_of
from sim.report.headline import contenders, headline, lead
from sim.runs.comparison import Comparison
from sim.runs.measures import DEFINITIONS
from sim.runs.runner import Failure, Result
from sim.runs.statistics import Difference
from sim.scenario.shipped import scenarios_folder

SCRIPT = re.compile(r"<script[^>]*>.*?</script>", re.DOTALL)


def page(answer: Comparison) -> str:
    """The text of the page, without what moves on it."""
    return html_of(document(answer), moving=False)


VOID = {"meta", "img", "br", "hr", "input", "link"}


@pytest.fixture(scope="module")
def answer() -> Comparison:
    scenarios = [
        busy(),
        busy(quality={"error_rate": 0.3}).with_(name="Worse <quality> & $more$"),
        busy(quality={"error_rate": 0.01}).with_(name="Better"),
        busy().with_(name="Same"),
    ]
    return compare(scenarios, replications=16, seed=5)


@pytest.fixture(scope="module")
def report(answer: Comparison) -> Document:
    return document(answer)


@pytest.fixture(scope="module")
def written(report: Document, tmp_path_factory: pytest.TempPathFactory) -> str:
    return writer.write(report, tmp_path_factory.mktemp("report") / "new" / "answer.html").read_text(encoding="utf-8")


# ---- answers made up for the purpose


def shifted(result: Result, name: str, gaps: dict[str, list[float]]) -> Result:
    """A result that differs from another by these amounts in these counts of the last week, replication by replication."""
    tally = result.tally.copy()
    for count, amounts in gaps.items():
        tally[:, -1, COUNTS.index(count)] += np.array(amounts, np.int64)
    return dataclasses.replace(result, scenario=result.scenario.with_(name=name), tally=tally)


@pytest.fixture(scope="module")
def base() -> Result:
    return run(busy(), 4, 5)


def told(base: Result, **gaps: list[float]) -> Comparison:
    return Comparison((base, shifted(base, "Other", gaps)))


def test_decided_upwards_and_downwards(base: Result) -> None:
    up, down = told(base, founders=[5, 6, 6, 7]), told(base, founders=[-5, -6, -6, -7])
    assert headline(up) == "\u201cOther\u201d keeps 2.5 percentage points more customers than \u201cBusy\u201d"
    assert headline(down) == "\u201cOther\u201d keeps 2.5 percentage points fewer customers than \u201cBusy\u201d"
    assert words.customers_told(down, down.others[0]).startswith("2.5 percentage points fewer customers are kept (95 %")
    assert words.customers_told(down, down.others[0]).endswith("so in 4 of 4 replications.")
    assert words.short_change(up, up.others[0], "retention") == ("+2.5 points", "good")
    assert words.short_change(down, down.others[0], "retention") == ("\u22122.5 points", "bad")


def test_undecided(base: Result) -> None:
    open_ = told(base, founders=[-5, 6, -6, 7])
    assert (
        headline(open_)
        == "Undecided: whether \u201cOther\u201d keeps more customers than \u201cBusy\u201d may be chance "
        "(95 % interval \u22124.4 to +4.8 percentage points)"
    )
    said = words.customers_told(open_, open_.others[0])
    assert (
        said.startswith("Undecided: the difference in customers kept (+0.2 percentage points")
        and "may be chance" in said
    )
    assert words.short_change(open_, open_.others[0], "retention") == ("undecided", "open")


def test_no_difference(base: Result) -> None:
    same = told(base)
    assert headline(same) == "\u201cOther\u201d keeps exactly as many customers as \u201cBusy\u201d"
    for tell in (words.customers_told, words.money_told, words.talk_told, words.reasons_told):
        assert tell(same, same.others[0]).startswith("No difference")


def test_one_replication_decides_nothing(base: Result) -> None:
    worse = busy(quality={"error_rate": 0.9}).with_(name="Worse")
    single = Comparison((run(busy(), 1), run(worse, 1)))  # as a comparison is that was stopped early
    assert headline(single).startswith("Undecided")
    assert "a single replication cannot tell policy from luck" in words.customers_told(single, single.others[0])
    assert "Undecided" in page(single)


def test_a_run_by_itself(base: Result) -> None:
    alone = Comparison((base,))
    kept = 100 * base.measures["retention"].mean()
    assert headline(alone) == f"Under \u201cBusy\u201d, {kept:.1f} of 100 customers are still there after 10 weeks"
    assert "Variance reduction" not in page(alone) and "What differs" not in page(alone)


def test_five_scenarios_between_which_it_is_undecided(base: Result) -> None:
    gaps = {"A": [9, 9, 8, 9], "B": [8, 9, 9, 9], "C": [-9, -8, -9, -9], "D": [0, 0, 0, 0]}
    five = Comparison((base, *(shifted(base, name, {"founders": gap}) for name, gap in gaps.items())))
    assert set(contenders(five)) == {"A", "B"}
    assert headline(five).startswith("Undecided between \u201c") and "\u201cC\u201d" not in headline(five)


def test_the_base_may_be_best(base: Result) -> None:
    worse = Comparison((base, *(shifted(base, n, {"founders": [k] * 4}) for n, k in (("A", -12), ("B", -24)))))
    assert (
        headline(worse)
        == "\u201cBusy\u201d keeps the most customers: the others keep 5.0 to 10.0 percentage points fewer"
    )


def test_money_is_that_of_the_whole_company(base: Result) -> None:
    costs = told(base, cost_calls=[100_000_00, 101_000_00, 99_000_00, 100_000_00])  # cents, of one twentieth
    said = words.money_told(costs, costs.others[0])
    assert said.startswith(
        "2.00 million currency less profit over 10 weeks (95 % interval 1.97 to 2.03), or 200,000 currency a week"
    )
    assert headline(costs).endswith("as \u201cBusy\u201d; it earns 2.00 million currency less")


# ---- when it pays


def paying(base: Result, cents: list[int]) -> Comparison:
    """An answer in which the other earns these cents more in each week, in every replication but for a cent or two."""
    tally = base.tally.copy()
    tally[:, :, COUNTS.index("revenue_service")] += np.array(cents, np.int64)
    tally[:, -1, COUNTS.index("revenue_service")] += np.arange(len(tally))
    return Comparison((base, dataclasses.replace(base, scenario=base.scenario.with_(name="Other"), tally=tally)))


@pytest.mark.parametrize(
    ("cents", "even", "words_of_it"),
    [
        ([600] * 4 + [-1000] * 6, 7, "It is ahead at first, but after 7 weeks the gain is used up."),
        ([-600] * 4 + [1000] * 6, 7, "It pays for itself after 7 weeks."),
        ([500] * 4 + [-1000] * 6, 7, "It is ahead at first, but after 7 weeks the gain is used up."),
        ([500] * 10, None, "It is ahead from the start."),
        ([-500] * 10, None, "It does not pay for itself within 10 weeks, and the loss is still growing."),
        (
            [-1000] * 6 + [500] * 4,
            None,
            "It does not pay for itself within 10 weeks, though the loss has been shrinking since week 6.",
        ),
        ([0] * 4 + [-500] * 6, None, "It does not pay for itself within 10 weeks, and the loss is still growing."),
        ([0] * 4 + [500] * 6, None, "It is ahead from the start."),
    ],
)  # fmt: skip
def test_break_even(base: Result, cents: list[int], even: int | None, words_of_it: str) -> None:
    found = paying(base, cents)
    assert facts.turn(found, found.others[0]).even == even
    assert words.turn_told(found, found.others[0]) == words_of_it


# ---- the sentences against the numbers


def test_the_headline_says_what_the_difference_is(answer: Comparison) -> None:
    gap = answer.differences["Better"]["retention"]
    said = headline(answer)
    found = re.search(r"\u201cBetter\u201d keeps the most customers: ([\d.]+) percentage points more", said)
    assert found and answer.best == "Better"
    digits = len(found[1].partition(".")[2])
    assert float(found[1]) == pytest.approx(100 * gap.mean, abs=0.5 * 10**-digits + 1e-12)
    profit = facts.stands_for(answer) * answer.differences["Better"]["profit"].mean
    assert f"and it earns {rough_money(profit, 'currency')} more" in said


def test_the_sentences_count_the_replications(answer: Comparison) -> None:
    worse = next(other for other in answer.others if other.scenario.name.startswith("Worse"))
    fewer = int((answer.values(worse, "retention") < answer.values(answer.base, "retention")).sum())
    assert f"so in {fewer} of 16 replications" in words.customers_told(answer, worse)
    before, after = (100 * answer.values(r, "retention").mean() for r in (answer.base, worse))
    assert re.search(
        rf"{after:.1f}\d* of 100 are still there instead of {before:.1f}", words.customers_told(answer, worse)
    )


def test_the_lead_names_the_scale(answer: Comparison) -> None:
    assert "Each simulated customer stands for 20 real ones" in " ".join(lead(answer))


def test_departures_are_shares_of_those_who_were_there(answer: Comparison) -> None:
    total = sum(found.mean() for found in facts.departures(answer, answer.base).values())
    churn = answer.base.measures["churn_rate"].mean()
    assert total == pytest.approx(100 * facts.WEEKS_A_YEAR * churn, rel=0.01)


def test_worse_quality_is_told_as_the_reason(answer: Comparison) -> None:
    worse = next(other for other in answer.others if other.scenario.name.startswith("Worse"))
    said = words.reasons_told(answer, worse)
    assert said.startswith("More leave because of ") and "poor quality (+" in said and "fewer" not in said


def test_an_average_that_falls_while_the_sum_rises_is_told() -> None:
    """More customers stay, fewer good messages each, yet more of them in all."""
    praised = run(busy(quality={"error_rate": 0.0, "level": 0.9}), 4, 5)
    found = told(praised, customers=[200] * 4, heard_well=[4, 5, 4, 5])
    net = found.differences["Other"]["word_of_mouth_net"]
    assert net.high < 0
    assert "net messages are heard, because more customers stay to talk" in words.talk_told(found, found.others[0])


# ---- numbers


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (number(-0.0001, 2), "0.00"),
        (number(-1234.5, 1), "\u22121,234.5"),
        (signed(0.04, 1), "0.0"),
        (signed(4.61, 1), "+4.6"),
        (rough_money(2_094_556, "EUR"), "2.09 million EUR"),
        (rough_money(-20_140, "EUR"), "\u221220,100 EUR"),
        (rough_money(3.456, "EUR"), "3.46 EUR"),
        (rough_money(0, "EUR"), "0.00 EUR"),
        (span(104), "2 years"),
        (span(52), "1 year"),
        (span(60), "60 weeks"),
        (str(places(0.126)), "1"),
        (str(places(0.085)), "2"),
        (str(places(12.0)), "0"),
        (str(places(0.0)), "1"),
    ],
)
def test_numbers_as_people_read_them(found: str, wanted: str) -> None:
    assert found == wanted


def test_labels_move_apart_and_stay_within() -> None:
    found = spread([5.0, 5.1, 5.0, 9.9], 1.0, 0.0, 10.0)
    assert np.diff(sorted(found)).min() > 0.99 and min(found) >= 0 and max(found) <= 10
    assert spread([1.0, 8.0], 1.0, 0.0, 10.0) == [1.0, 8.0]
    assert len(spread([1.0] * 50, 1.0, 0.0, 10.0)) == 50
    assert spread([], 1.0, 0.0, 10.0) == []


def test_no_two_scenarios_look_alike() -> None:
    looks = [(look(k).colour, look(k).marker) for k in range(30)]
    assert len(set(looks)) == 30


# ---- the page


class Page(html.parser.HTMLParser):
    """Reads a page, and insists that every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice in <{tag}>"
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if "body" in self.open:
            self.text += data


def test_the_page_is_sound_and_needs_nothing_else(written: str) -> None:
    page = Page(written)
    tags = [tag for tag, _ in page.found]
    assert tags.count("h1") == 1 and tags.count("title") == 1
    assert not {"link", "iframe", "object", "embed", "base"} & set(tags)
    assert all("src" not in attributes for tag, attributes in page.found if tag == "script")
    for tag, attributes in page.found:
        for name in ("src", "href", "action", "srcset", "poster", "background"):
            assert (attributes.get(name) or "data:").startswith("data:"), (tag, attributes)
    still = SCRIPT.sub("", written)
    assert "url(" not in still and "@import" not in still and "http://" not in still and "https://" not in still


def test_the_answer_stands_in_the_first_lines(answer: Comparison, written: str) -> None:
    assert headline(answer) in Page(written).text[:1000]
    assert words.customers_told(answer, answer.others[0]) in Page(written).text


def test_every_figure_has_words_and_is_drawn(answer: Comparison, written: str) -> None:
    images = [attributes for tag, attributes in Page(written).found if tag == "img"]
    assert len(images) == len(MEASURES) + 1 + 6 + len(
        figures.FOREST
    )  # the first page's, with a waterfall, and the appendix's
    for image in images:
        assert len(image["alt"] or "") > 40
        kind, _, data = (image["src"] or "").partition(";base64,")
        drawing = xml.fromstring(base64.b64decode(data))
        assert kind == "data:image/svg+xml" and drawing.tag.endswith("svg")
        references = re.findall(rb'(?:href|src)="([^"]*)"', base64.b64decode(data))
        assert references and all(reference.startswith(b"#") for reference in references)
        assert not re.search(rb"<dc:date|Matplotlib v", base64.b64decode(data))


def test_every_measure_is_in_the_appendix_with_its_meaning(written: str) -> None:
    appendix = Page(written).text.partition("Appendix: all measures")[2]
    for name, measure in DEFINITIONS.items():
        assert name in appendix and measure.meaning in appendix


def test_names_are_text_and_nothing_else(written: str) -> None:
    assert "Worse &lt;quality&gt; &amp; $more$" in written and "<quality>" not in written


def test_the_same_answer_gives_the_same_bytes(
    answer: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(answer, tmp_path / "a.html").read_bytes()
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "none", "text.usetex": False}):
        assert write(answer, tmp_path / "b.html").read_bytes() == first
    assert sorted(path.name for path in tmp_path.glob("*.html")) == ["a.html", "b.html"]


def test_nothing_in_it_tells_the_machine(answer: Comparison, written: str) -> None:
    assert str(Path.cwd()) not in written and str(Path.home()) + "/" not in written


def test_a_file_outside_the_current_folder_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = scenarios_folder() / "telecom"
    scenarios = [load(folder / f"{name}.yaml").with_(weeks=2) for name in ("today", "accountable")]
    found = page(compare(scenarios, 2))
    assert "loyalty compare today.yaml" in found and str(folder) not in found
    assert "All 3,150 rows of <code>iranian_churn.csv</code>" in found
    assert "drawn for 154 customers without it" in found and "NOTICE.txt" in found
    assert "acknowledges" in found


def test_rows_that_could_not_be_used_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = ["months,spend", *(f"{k},10" for k in range(40)), "x,10", "3,ten", "4,-1", "5,10,10"]
    (tmp_path / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "base.yaml").write_text(
        "name: Base\nweeks: 2\nmarket: {prospects: 5}\ncustomers:\n  file: people.csv\n  bad_rows_allowed: 0.5\n"
        "  columns:\n    tenure: {column: months, unit: months}\n    spend: {column: spend}\n",
        encoding="utf-8",
    )
    scenario = load("base.yaml")
    found = page(compare([scenario, scenario.with_(name="More", quality={"error_rate": 0.5})], 2))
    assert "40 of the 44 rows of <code>people.csv</code>" in found
    assert "4 could not be used" in found and "quarantine.csv" in found and "first in line 42" in found


def test_failures_are_told_with_the_command_that_repeats_them(answer: Comparison) -> None:
    failed = Failure(16, "FloatingPointError: no number", "Traceback", "loyalty run /somewhere/else.yaml")
    base = dataclasses.replace(answer.base, failures=(failed,))
    found = page(Comparison((base, *answer.others)))
    assert "Busy 16 of 17" in found and "The 16 that all finished are compared." in found
    assert "FloatingPointError" in found and "--first 16 --replications 1" in found and "/somewhere" not in found


def test_nothing_finished_is_nothing_to_report(answer: Comparison) -> None:
    none = dataclasses.replace(answer.base, numbers=answer.base.numbers[:0], tally=answer.base.tally[:0])
    with pytest.raises(Mistake, match="no replication finished in every scenario"):
        page(Comparison((none, *answer.others)))


# ---- writing it


def test_a_place_that_cannot_be_written_is_a_mistake(report: Document, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(Mistake, match="is a folder; name a file in it"):
        writer.write(report, tmp_path)
    with pytest.raises(Mistake, match="the report cannot be written here"):
        writer.write(report, tmp_path / "file" / "answer.html")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_interrupted_report_leaves_the_old_one(
    report: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answer.html"
    path.write_text("the old one", encoding="utf-8")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Mistake, match="No space left on device"):
        writer.write(report, path)
    assert path.read_text(encoding="utf-8") == "the old one" and len(list(tmp_path.iterdir())) == 1


def test_differences_are_shown_as_they_are() -> None:
    gap = Difference(0.046, 0.045, 0.047, 0.005, 1.0, 10.0)
    assert words.points(gap) == "4.6 percentage points" and words.points_places(gap) == 1
