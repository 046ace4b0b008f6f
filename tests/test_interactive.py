"""What moves on a page is what stands still in it: both pictures of a chart hold the same numbers, and say them in words."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from worlds import busy

from sim import compare, run
from sim.report import mirror, reasons
from sim.report.charts import BELOW, Axis, Bars, Box, Cells, Chart, Dots, Grid, Line, Note, Picture, Rule, Span, figures
from sim.report.charts.interactive import as_json, interactive
from sim.report.charts.palette import COLOURS, INK, look
from sim.report.charts.still import drawn
from sim.runs.comparison import Comparison


@pytest.fixture(scope="module")
def answer() -> Comparison:
    worse = busy(quality={"error_rate": 0.3}).with_(name="Worse <b>quality</b> & more")
    return compare([busy(), worse, busy(quality={"error_rate": 0.01}).with_(name="Better")], replications=6, seed=5)


@pytest.fixture(scope="module")
def pictures(answer: Comparison) -> list[Picture]:
    found = [*figures.everything(answer), *figures.forest(answer), figures.whole_forest(answer)]
    return [*found, mirror.picture(mirror.reflections(answer.base)), reasons.six_reasons(answer.base), every_mark()]


def every_mark() -> Picture:
    """A chart with one of each kind of mark."""
    marks = [
        Line("line", [1, 2, 3], [1.0, 4.0, 2.0], look(1), [0.5, 3.0, 1.0], [1.5, 5.0, 3.0]),
        Dots("dots", [1.0, 2.0], [2.0, 3.0], COLOURS[1], "D", 5, [0.5, 1.5], [1.5, 2.5], [1.0, 2.0], [3.0, 4.0]),
        Bars("bars", [1, 2], [1.0, 2.0], [INK, INK], upright=True, thick=0.2, words=["a", "b"]),
        Rule(2.0), Span(1.0, 2.0, INK), Box(1, 1, 2, 2), Note(1, 1, "here"),
    ]  # fmt: skip
    return Picture(Chart("All", Axis("across", "m"), Axis("up", "s"), marks, names=BELOW), "A chart with every mark.")


def numbers(values: object) -> list[float]:
    return [round(float(value), 4) for value in np.asarray(values, float).ravel() if np.isfinite(value)]


def still_points(axes: Axes) -> Iterator[list[float]]:
    """The y values of everything matplotlib drew with a line or a marker."""
    for line in axes.get_lines():
        yield numbers(np.asarray(line.get_ydata(), float))


def test_both_pictures_hold_the_same_numbers(pictures: list[Picture]) -> None:
    checked = 0
    for picture in pictures:
        still = [values for axes in drawn(picture.chart).axes for values in still_points(axes)]
        for trace in interactive(picture.chart)["data"]:
            if trace["type"] == "scatter" and trace.get("fill") is None:
                told = numbers([y if y is not None else np.nan for y in trace["y"]])
                alike = [len(told) == len(line) and np.allclose(told, line, rtol=1e-5, atol=1e-4) for line in still]
                assert any(alike), (picture.name, trace["name"])
                checked += 1
    assert checked > 40


def test_bars_and_bands_hold_what_was_found(answer: Comparison) -> None:
    (bars,) = interactive(reasons.six_reasons(answer.base).chart)["data"]
    shares = sorted(100 * values.mean() for values in reasons.shares(answer.base).values())
    assert np.allclose(sorted(bars["x"]), shares, rtol=1e-5)
    band, line = interactive(figures.kept_more(answer).chart)["data"][1:3]
    gap = answer.differences[answer.others[0].scenario.name]["retention"]
    weeks = len(line["y"])
    assert line["y"][-1] == pytest.approx(100 * gap.mean, rel=1e-4)
    assert [band["y"][weeks - 1], band["y"][weeks]] == pytest.approx([100 * gap.low, 100 * gap.high], rel=1e-4)
    assert line["customdata"][-1] == pytest.approx([100 * gap.low, 100 * gap.high], rel=1e-4)


def test_plotly_takes_every_figure(pictures: list[Picture]) -> None:
    """Its own check of every property's name and value, which is strict."""
    graph_objects = pytest.importorskip("plotly.graph_objects")
    for picture in [*pictures, heat_map()]:
        found = interactive(picture.chart)
        graph_objects.Figure(data=found["data"], layout=found["layout"])


def heat_map() -> Picture:
    ticks = [(0.5, "one"), (1.5, "two")]
    cells = Cells(np.array([[1.0, 2.0], [3.0, np.nan]]), "%", [["1", "2"], ["3", ""]])
    return Picture(Chart("Map", Axis("a", ticks=ticks), Axis("b", ticks=ticks), [cells]), "A map of four cells.")


def test_a_map_names_its_cells_and_leaves_out_what_is_not_known() -> None:
    (trace,) = interactive(heat_map().chart)["data"]
    assert trace["z"] == [[1.0, 3.0], [2.0, None]]
    assert trace["customdata"][0][1] == "a two<br>b one" and trace["text"][0][1] == "3"


def test_a_grid_has_a_pair_of_axes_for_each_panel() -> None:
    chart = Chart("One", Axis(), Axis(), [Line("", [0, 1], [0, 1], look(0)), Rule(0.5, upright=False)])
    found = interactive(Grid([[chart, chart], [chart]], 8, 6, shared=False))
    assert [trace["xaxis"] for trace in found["data"]] == ["x", "x2", "x3"]
    domains = [(found["layout"][f"xaxis{k}"]["domain"], found["layout"][f"yaxis{k}"]["domain"]) for k in ("", 2, 3)]
    assert len({str(domain) for domain in domains}) == 3
    assert [shape["yref"] for shape in found["layout"]["shapes"]] == ["y", "y2", "y3"]


def test_names_are_text_and_nothing_else(answer: Comparison) -> None:
    text = as_json(figures.retention(answer).chart)
    assert "<" not in text and "&lt;b&gt;quality" in json.loads(text)["data"][3]["name"]


def test_colours_and_dashes_are_those_of_the_still_picture(answer: Comparison) -> None:
    lines = [trace for trace in interactive(figures.retention(answer).chart)["data"] if not trace.get("fill")]
    assert [line["line"]["color"] for line in lines] == [look(k).colour for k in range(3)]
    assert lines[0]["line"]["dash"] == "solid" and lines[2]["line"]["dash"].count("px") == 2


def test_no_button_offers_to_send_a_figure_anywhere(pictures: list[Picture]) -> None:
    config = interactive(pictures[0].chart)["config"]
    assert "sendChartToCloud" in config["modeBarButtonsToRemove"]
    assert config["plotlyServerURL"] == "" and not config["showSendToCloud"]


def test_the_same_answer_moves_the_same(answer: Comparison) -> None:
    assert as_json(figures.money(answer).chart) == as_json(figures.money(answer).chart)


def test_a_run_by_itself_has_no_comparison_to_draw() -> None:
    found = figures.everything(Comparison((run(busy(), 2),)))
    assert "kept_more" not in [picture.name for picture in found]


@pytest.mark.parametrize("end", [-0.0079, 0.0004, -4.99, 123_456.0, 1e-6])
def test_numbers_along_a_narrow_panel_do_not_run_into_one_another(end: float) -> None:
    dots = Dots("Other", [end], [0], "black", "o", low=[end * 1.01], high=[end * 0.99])
    figure = drawn(
        Chart("Trust", Axis("scale"), Axis(rows=["Outsourced call centre"]), [Rule(0.0), dots], height=1.5, width=4.4)
    )
    figure.draw_without_rendering()
    axes = figure.axes[0]
    low, high = sorted(axes.get_xlim())
    shown = [tick.label1.get_window_extent() for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
    places = sorted((box.x0, box.x1) for box in shown)
    assert len(places) >= 2
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(places))
