"""What whoever decides gets: a first page that answers, money that adds up, whose assumptions these are, and a slide to edit."""

from __future__ import annotations

import builtins
import dataclasses
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import ImageFont
from typer.testing import CliRunner
from worlds import busy

from sim import compare, run
from sim.cli import app
from sim.model.week import COUNTS
from sim.report import assumptions, brief, money_page, segments
from sim.report.comparison import document
from sim.report.document import Document
from sim.report.formats import slide, writer
from sim.report.formats.html import html
from sim.runs.comparison import Comparison
from sim.runs.money import kinds, paid_back, payback
from sim.runs.result import Result
from sim.runs.segments import SEGMENT

INCH = 914_400


@pytest.fixture(scope="module")
def answer() -> Comparison:
    worse = busy(quality={"error_rate": 0.3}, outsourcing={"share": 0.9}).with_(name="Worse")
    return compare([busy(), worse], replications=12, seed=5, worlds="shipped")


@pytest.fixture(scope="module")
def several() -> Comparison:
    names = ["A rather long name of a policy, as people write them", "Better <b>", "C", "D", "E"]
    others = [
        busy(quality={"error_rate": rate}).with_(name=name)
        for rate, name in zip((0.3, 0.01, 0.2, 0.1, 0.05), names, strict=True)
    ]
    return compare([busy(), *others], replications=8, seed=5)


@pytest.fixture(scope="module")
def report(answer: Comparison) -> Document:
    return document(answer)


# ---- money


def test_kinds_of_money_add_up_to_the_difference_in_profit(answer: Comparison) -> None:
    other = answer.others[0]
    profit = answer.stands_for * (answer.values(other, "profit") - answer.values(answer.base, "profit"))
    found = kinds(answer, other)
    np.testing.assert_allclose(np.sum([kind.gaps for kind in found], axis=0), profit)
    assert {kind.name for kind in found} >= {"revenue_service", "cost_calls"}


def test_the_waterfall_goes_from_one_profit_to_the_other(answer: Comparison) -> None:
    picture = money_page.waterfall(answer, answer.others[0])
    assert picture is not None
    bars = picture.chart.marks[-1]  # type: ignore[union-attr]
    starts, ends = bars.spans  # type: ignore[union-attr]
    np.testing.assert_allclose(starts[1:-1], ends[:-2])
    assert starts[0] == starts[-1] == 0 and ends[-1] == pytest.approx(ends[-2])


@pytest.mark.parametrize(
    ("gains", "weeks"),
    [([-5, 2, 2, 2], 4), ([-5, 2, 3, 2], 3), ([1, 1, 1, 1], 0), ([-1, -1, 1, 0], np.inf), ([2, -3, 2, 1], 3)],
)
def test_a_loss_is_paid_back_when_the_sum_is_none_any_more(gains: list[float], weeks: float) -> None:
    assert paid_back(np.cumsum(np.array(gains, float))) == weeks


def with_gains(base: Result, gains: np.ndarray) -> Comparison:
    """An answer in which the other policy earns this many cents more: (replications, weeks)."""
    tally = base.tally.copy()
    tally[:, :, COUNTS.index("revenue_service")] += gains.astype(np.int64)
    other = base.scenario.with_(name="Other", pricing={"newcomer_discount": 0.11})
    return Comparison((base, dataclasses.replace(base, scenario=other, tally=tally)))


@pytest.fixture(scope="module")
def lived() -> Result:
    return run(busy(), 40, 5, worlds="shipped")


def test_payback_is_told_with_its_range_in_words(lived: Result) -> None:
    """An outlay of 900 in the first week; the worlds pay 100, 200 and 300 a week back, the same number of them each."""
    weeks = lived.scenario.weeks
    gains = np.repeat(100.0 * (1 + lived.met % 3)[:, None], weeks, axis=1)
    gains[:, 0] = -900
    assert payback(with_gains(lived, 100 * gains), lived) is None  # held against itself nothing is lost
    answer = with_gains(lived, 100 * gains)
    found = payback(answer, answer.others[0])
    assert found is not None and (found.low, found.middle, found.high, found.never) == (4.0, 6.0, 10.0, 0.0)
    assert money_page.payback_told(answer, answer.others[0]) == (
        "“Other” costs money first, and pays back by week 6, between week 4 and week 10 in nine of ten plausible worlds."
    )
    gains[lived.met % 3 == 0, 1:] = 10
    answer = with_gains(lived, 100 * gains)
    assert (
        "between week 4 and never in nine of ten plausible worlds; never within 10 weeks in 3"
        in money_page.payback_told(answer, answer.others[0])
    )


def test_where_no_loss_comes_first_nothing_is_said_of_payback(lived: Result) -> None:
    weeks = lived.scenario.weeks
    for gains in ([500.0] * weeks, [500.0, *[-100.0] * (weeks - 1)], [-500.0] * weeks):
        answer = with_gains(lived, 100 * np.tile(gains, (len(lived.numbers), 1)))
        assert money_page.payback_told(answer, answer.others[0]) == "" and "payback" not in str(
            answer.to_json()["money"]
        )


# ---- whose assumptions


def test_what_a_scenario_says_is_yours_and_the_rest_ours(answer: Comparison) -> None:
    found = {one.path: one for one in assumptions.assumptions(answer)}
    assert found["outsourcing.share"].whose == "yours" and found["outsourcing.share"].values == (0.5, 0.9)
    drawn = found["choice.attention"]
    assert drawn.whose == "ours" and drawn.why == "drawn" and drawn.around is not None
    assert drawn.around[0] < drawn.values[0] < drawn.around[1]  # type: ignore[operator]


def test_what_was_fitted_is_yours(answer: Comparison) -> None:
    assert answer.worlds is not None
    fitted = dataclasses.replace(answer.worlds, fitted=frozenset({"choice.attention"}), fitted_to=("churn",))
    of_it = [
        dataclasses.replace(one, scenario=dataclasses.replace(one.scenario, worlds=fitted)) for one in answer.results
    ]
    found = {one.path: one for one in assumptions.assumptions(Comparison(tuple(of_it)))}
    assert (found["choice.attention"].whose, found["choice.attention"].why) == ("yours", "fitted")


def test_what_the_answer_hangs_on_stands_first(answer: Comparison) -> None:
    shares = [one.share for one in assumptions.assumptions(answer)]
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == len({one.path for one in assumptions.assumptions(answer)})


# ---- segments, groups of shares


def test_groups_are_drawn_and_shares_by_part_are_in_json() -> None:
    people = {"segments": {"gold": {"share": 0.5, "traits": {"spend": 30}}, "rest": {"share": 0.5}}}
    answer = compare(
        [busy(customers=people), busy(customers=people, quality={"error_rate": 0.4}).with_(name="Worse")], 8, 5
    )
    found = document(answer).brief
    assert found is not None and any(picture.name == "segments" for part in found.sections for picture in part.pictures)
    assert {row["value"] for row in answer.to_json()["segments"] if row["by"] == SEGMENT} == {"gold", "rest"}
    lived = compare([busy(), busy(quality={"error_rate": 0.4}).with_(name="Worse")], 4, 5, worlds="shipped")
    assert lived.to_json()["hangs_on_parts"]["Worse"].keys() == {"retention", "profit"}


def test_what_is_told_of_a_group_of_few_lies_in_its_own_range() -> None:
    """One market of the company's size has little luck; the mean of a few simulated people has much."""
    people = {"segments": {"few": {"share": 0.03}, "rest": {"share": 0.97}}}
    lived = compare([busy(customers=people), busy(customers=people, quality={"error_rate": 0.4}).with_(name="Worse")], 20, 5,
                    worlds="shipped")  # fmt: skip
    rows = lived.segments
    for what in ("retention", "difference"):
        known = rows.dropna(subset=[what])
        assert (known[f"{what}_low"] <= known[what] + 1e-12).all() and (
            known[what] <= known[f"{what}_high"] + 1e-12
        ).all()


def test_a_group_of_which_it_is_known_is_told_before_one_that_lost_more_by_chance() -> None:
    rows = pd.DataFrame(
        [
            (SEGMENT, "wide", -0.03, -0.08, 0.02),
            (SEGMENT, "known", -0.02, -0.03, -0.01),
            (SEGMENT, "same", 0.0, -0.01, 0.01),
        ],
        columns=["by", "value", "difference", "difference_low", "difference_high"],
    )
    assert segments.sentences("A", rows) == [
        "Under “A” most is lost among segment known (−2.0 percentage points kept), of the groups of which it is known."
    ]
    assert "could not be the other way round" in segments.sentences("A", rows[rows["value"] != "known"])[0]
    assert segments.sentences("A", rows.assign(difference=np.nan)) == []


# ---- the first page


def test_the_first_page_says_what_to_do_how_sure_why_and_what_to_find_out(report: Document) -> None:
    page = html(report, moving=False)
    first = page.partition("Appendix: policy by policy")[0]
    for words in (
        "What to do",
        "How sure",
        "Why",
        "What to find out first",
        "Where the money comes from",
        "What this stands on",
    ):
        assert words in first
    assert "Key measures" not in first


def test_too_few_worlds_are_said_where_it_says_how_sure(answer: Comparison, lived: Result) -> None:
    few = brief.how_sure(answer, answer.others[0])
    assert "In 100 plausible worlds, “Worse” keeps more customers in" in few and "9 worlds are too few" in few
    many = with_gains(lived, np.full((len(lived.numbers), lived.scenario.weeks), 50_000.0))
    assert "too few" not in brief.how_sure(many, many.others[0])


def test_a_choice_that_is_clear_is_called_so(lived: Result) -> None:
    weeks = lived.scenario.weeks
    told = brief.to_do(with_gains(lived, np.full((len(lived.numbers), weeks), 50_000.0)))
    assert told == "If money counts, do it: “Other” earns more. Whether it keeps more customers is open."


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("which", ["answer", "several"])
def test_the_answer_takes_two_printed_pages_at_most(which: str, request: pytest.FixtureRequest) -> None:
    import weasyprint

    report = document(request.getfixturevalue(which))
    pages = weasyprint.HTML(string=html(report, moving=False)).render().pages
    begins = [k for k, page in enumerate(pages) if any(label.startswith("Appendix") for _, label, *_ in page.bookmarks)]
    assert begins[0] <= 2


# ---- the slide


def shapes(report: Document) -> list[Any]:
    from pptx import Presentation

    deck = Presentation(io.BytesIO(slide.pptx(report)))
    assert len(deck.slides) == 1 and deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.01)
    return list(deck.slides[0].shapes)


def words_on(report: Document) -> str:
    return "\n".join(shape.text_frame.text for shape in shapes(report) if shape.has_text_frame)


@pytest.mark.parametrize("which", ["answer", "several"])
def test_nothing_on_the_slide_lies_upon_anything_or_leaves_its_box(which: str, request: pytest.FixtureRequest) -> None:
    """Measured in letters that are wider than those in which slides are shown."""
    import matplotlib

    boxes = shapes(document(request.getfixturevalue(which)))
    for k, one in enumerate(boxes):
        assert (
            one.left >= 0
            and one.top >= 0
            and one.left + one.width <= 13.34 * INCH
            and one.top + one.height <= 7.5 * INCH
        )
        for other in boxes[k + 1 :]:
            apart = (one.left + one.width <= other.left or other.left + other.width <= one.left
                     or one.top + one.height <= other.top or other.top + other.height <= one.top)  # fmt: skip
            assert apart, (one.name, other.name)
        if one.has_text_frame:
            frame, high = one.text_frame, 0.0
            for run_ in (each for paragraph in frame.paragraphs for each in paragraph.runs):
                weight = "-Bold" if run_.font.bold else ""
                font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans{weight}.ttf", 100)
                wide = (one.width - frame.margin_left - frame.margin_right) / INCH * 72
                lines = slide.lines(run_.text, run_.font.size.pt, wide / 72, bool(run_.font.bold))
                assert all(font.getlength(line) * run_.font.size.pt / 100 <= wide for line in lines)
                high += len(lines) * run_.font.size.pt * 1.2
            assert high <= (one.height - frame.margin_top - frame.margin_bottom) / INCH * 72 + 0.5


def test_the_slide_says_the_answer_its_figures_and_what_to_find_out_as_text(
    answer: Comparison, report: Document
) -> None:
    said, found = words_on(report), report.brief
    assert found is not None and report.headline in said and "What to find out first" in said
    for figure in found.figures:
        assert figure.label in said and figure.amounts[0].value in said and figure.amounts[0].around in said
    assert "plausible worlds" in said and "Nothing in this answer is fitted to your company." in said
    pictures = [shape for shape in shapes(report) if not shape.has_text_frame]
    assert len(pictures) == 3 and all(len(one._element.nvPicPr.cNvPr.get("descr")) > 40 for one in pictures)


def test_the_same_answer_gives_the_same_slide(report: Document, tmp_path: Path) -> None:
    first = writer.write(report, tmp_path / "a.pptx").read_bytes()
    assert first == slide.pptx(report) and re.search(rb"1980-01-01", first) is None  # only within, compressed
    assert writer.planned(tmp_path / "a.pptx", []) == ["pptx"]


def test_a_report_without_a_brief_has_a_slide_too() -> None:
    report = Document("", "A is best", ["By far. " * 900], [], [], ["loyalty sweep a.yaml"], "Seed 1.")
    said = words_on(report)
    assert "A is best" in said and " …" in said and "Seed 1." in said


@pytest.mark.heavy
def test_any_name_can_stand_on_a_slide(tmp_path: Path) -> None:
    report = Document("", "\x00\x1b[31m \ud800 " + "long" * 300, ["<b> & ]]>"], [], [], ["x"], "y")
    writer.write(report, tmp_path / "a.pptx")
    assert "".join(slide.lines("long" * 30, 20, 2.0)) == "long" * 30 and slide.lines("", 20, 2.0) == [""]
    assert max(map(len, slide.lines("long " * 30, 20, 2.0))) < 20


def test_without_the_library_one_sentence_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name == "pptx":
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    done = CliRunner().invoke(app, ["compare", "a.yaml", "b.yaml", "--format", "pptx"])
    assert done.exit_code == 2
    assert done.output.strip() == "a slide needs python-pptx, which is not installed: pip install 'loyalty-sim[slides]'"
