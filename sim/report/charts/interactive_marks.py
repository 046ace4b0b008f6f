"""The marks of a chart as plotly's plain data: series, shapes, and words upon the axes."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from sim.report.charts.description import INTERVAL, Axis, Bars, Box, Cells, Chart, Dots, Line, Note, Rule, Span, Values
from sim.report.charts.palette import FAINT, INK, PAPER, SCALE

Json = dict[str, Any]
SYMBOLS = {
    "o": "circle", "s": "square", "D": "diamond", "^": "triangle-up", "v": "triangle-down", "P": "cross", "X": "x",
    "*": "star", "x": "x-thin-open",
}  # fmt: skip


@singledispatch
def traces(mark: object, chart: Chart) -> Iterator[Json]:
    """What is drawn of a mark as series; none of those that only refer."""
    yield from ()


@traces.register
def _(mark: Line, chart: Chart) -> Iterator[Json]:
    group = safe(mark.name)
    for x, low, high in _stretches(mark):
        yield {
            "type": "scatter", "x": _plain(np.concatenate([x, x[::-1]])), "y": _plain(np.concatenate([low, high[::-1]])),
            "fill": "toself", "mode": "lines",
            "line": {"width": 0, "color": mark.look.colour}, "fillcolor": _faint(mark.look.colour, mark.shade),
            "hoverinfo": "skip", "legendgroup": group, "showlegend": False, "name": group,
        }  # fmt: skip
    dash = _dash(mark.look.dash, mark.width)
    yield {
        "type": "scatter", "x": _plain(mark.x), "y": _plain(mark.y), "name": group, "legendgroup": group,
        "mode": "lines+markers" if mark.dotted else "lines", "showlegend": bool(group), "marker": {"size": 5},
        "line": {"color": mark.look.colour, "width": 1.35 * mark.width, "dash": dash},
        **(_in_week(mark) if chart.across.weeks is not None else _said(mark.low, mark.high, mark.band, "y", chart.up.unit)),
    }  # fmt: skip


def _stretches(mark: Line) -> list[np.ndarray]:
    """The band around a line in pieces without gaps: places, lower and upper ends."""
    if mark.low is None or mark.high is None:
        return []
    band = np.array([mark.x, mark.low, mark.high], np.float64)
    there = np.isfinite(band).all(axis=0)
    edges = np.flatnonzero(np.diff(there)) + 1
    return [part for part in np.split(band, edges, axis=1) if part.size and np.isfinite(part).all()]


@traces.register
def _(mark: Dots, chart: Chart) -> Iterator[Json]:
    group = safe(mark.name)
    said: Json = {"legendgroup": group} | ({"customdata": list(mark.picks)} if mark.picks else {})
    if mark.words:
        said |= {"text": [in_lines(words) for words in mark.words], "hovertemplate": "%{text}<extra></extra>"}
    elif mark.low is not None:
        said |= _said(mark.low, mark.high, mark.band, "x", chart.across.unit)
    else:
        said["hovertemplate"] = _point(chart)
    thick = 2 if mark.below is None else 1
    edge = {"color": mark.line_colour, "width": 1.5 if mark.edge or mark.marker == "x" else 0}
    yield {
        "type": "scatter", "mode": "markers", "x": _plain(mark.x), "y": _plain(mark.y), "name": group,
        "showlegend": mark.named and bool(group), "opacity": mark.strength,
        "marker": {"symbol": SYMBOLS[mark.marker], "color": mark.colour, "size": round(1.6 * mark.size, 1), "line": edge},
        **_errors("error_x", mark.x, mark.low, mark.high, mark.line_colour, thick),
        **_errors("error_y", mark.y, mark.below, mark.above, mark.line_colour, thick), **said,
    }  # fmt: skip


@traces.register
def _(mark: Bars, chart: Chart) -> Iterator[Json]:
    starts, ends = mark.spans
    value, place = ("y", "x") if mark.upright else ("x", "y")
    said = _said(mark.low, mark.high, INTERVAL, value, (chart.up if mark.upright else chart.across).unit)
    said["hovertemplate"] = said["hovertemplate"].replace(f"%{{{value}", "%{customdata[2]")
    if mark.said:
        words = [in_lines(each) for each in mark.said]
        said = {"text": words, "hovertemplate": "%{text}<extra></extra>", "textposition": "none"}
    known = [ends if side is None else np.asarray(side, float) for side in (mark.low, mark.high)]
    yield {
        "type": "bar", "orientation": "v" if mark.upright else "h", value: _plain(ends - starts), "base": _plain(starts),
        place: _plain(mark.rows), "width": mark.thick, "marker": {"color": list(mark.colours)}, "opacity": mark.strength,
        "name": safe(mark.name), **_errors(f"error_{value}", ends, mark.low, mark.high, INK), **said,
        "customdata": [_plain(three) for three in zip(*known, ends, strict=True)],
    }  # fmt: skip


@traces.register
def _(mark: Cells, chart: Chart) -> Iterator[Json]:
    columns, rows = mark.values.shape
    said = [[f"{_at(chart.across, i)}<br>{_at(chart.up, j)}" for i in range(columns)] for j in range(rows)]
    yield {
        "type": "heatmap", "x": _plain(np.arange(columns) + 0.5), "y": _plain(np.arange(rows) + 0.5),
        "z": [_plain(row) for row in mark.values.T], "customdata": said, "colorscale": SCALE.capitalize(),
        "colorbar": {"title": {"text": safe(mark.unit), "side": "right"}, "thickness": 14},
        "hovertemplate": f"%{{customdata}}<br><b>%{{z:,.4~r}}</b> {safe(mark.unit)}<extra></extra>",
        **({"text": [list(row) for row in zip(*mark.labels, strict=True)], "texttemplate": "%{text}"} if mark.labels else {}),
    }  # fmt: skip


def _at(axis: Axis, cell: int) -> str:
    """Where on an axis a cell lies, in words."""
    return safe(f"{axis.label} {dict(axis.ticks).get(cell + 0.5, '')}".strip())


@singledispatch
def shapes(mark: object) -> list[Json]:
    """What is drawn of a mark as shapes: rules, spans and boxes."""
    return []


@shapes.register
def _(mark: Rule) -> list[Json]:
    at, over = ("x", "y") if mark.upright else ("y", "x")
    line = {"color": mark.colour, "width": mark.width}
    # not "between" grid and traces: plotly.js 4.1 fails on that when an end is said as a share of the axis
    return [{"type": "line", f"{at}0": mark.at, f"{at}1": mark.at, f"{over}0": 0, f"{over}1": 1, "layer": "above", "line": line,
             "xref": "x" if mark.upright else "x domain", "yref": "y domain" if mark.upright else "y"}]  # fmt: skip


@shapes.register
def _(mark: Span) -> list[Json]:
    return [{"type": "rect", "x0": float(mark.low), "x1": float(mark.high), "y0": 0, "y1": 1, "xref": "x", "yref": "y domain",
             "layer": "below", "line": {"width": 0}, "fillcolor": _faint(mark.colour, mark.strength)}]  # fmt: skip


@shapes.register
def _(mark: Box) -> list[Json]:
    return [{"type": "rect", "x0": mark.left, "x1": mark.right, "y0": mark.low, "y1": mark.high, "xref": "x", "yref": "y",
             "line": {"color": INK, "width": 1.2}}]  # fmt: skip


def notes(chart: Chart, titled: bool) -> Iterator[Json]:
    """Words upon the axes: what the marks say, which side is better, and a panel's title."""
    for mark in chart.marks:
        if isinstance(mark, Note):
            side, aside = ("right", -6) if mark.left else ("left", 6)
            yield {"x": mark.x, "y": mark.y, "xref": "x", "yref": "y", "text": safe(mark.words), "showarrow": False,
                   "xanchor": side, "yshift": 14, "xshift": aside, "bgcolor": _faint(PAPER, 0.8)}  # fmt: skip
        if isinstance(mark, Bars):
            yield from _beside(mark)
    if chart.better:
        words = "better \u2192" if chart.better > 0 else "\u2190 better"
        yield {"x": int(chart.better > 0), "y": 1, "xref": "x domain", "yref": "y domain", "text": words,
               "showarrow": False, "yanchor": "bottom", "font": {"size": 11, "color": FAINT}}  # fmt: skip
    if titled and chart.title:
        yield {"x": 0, "y": 1, "xref": "x domain", "yref": "y domain", "text": f"<b>{safe(chart.title)}</b>", "showarrow": False,
               "xanchor": "left", "yanchor": "bottom", "font": {"size": 12}}  # fmt: skip


def _beside(mark: Bars) -> Iterator[Json]:
    """Words at the ends of bars, clear of their intervals."""
    for row, at, words, left in mark.told:
        yield {"x": _plain([at])[0], "y": _plain([row])[0], "xref": "x", "yref": "y", "text": safe(words), "showarrow": False,
               "xanchor": "right" if left else "left", "xshift": -3 if left else 3, "font": {"size": 11}}  # fmt: skip


# ---- words and numbers


def _in_week(mark: Line) -> Json:
    """Value and interval alone; what they are stands over all lines."""
    return _said(mark.low, mark.high, "", "y", "")


def _said(low: Values | None, high: Values | None, band: str, value: str, unit: str) -> Json:
    """What is said of a point: value, unit and interval."""
    words = f"<b>%{{{value}:,.4~r}}</b> {safe(unit)}".rstrip()
    if low is None or high is None:
        return {"hovertemplate": words}
    ends = f" ({safe(band)} %{{customdata[0]:,.4~r}} to %{{customdata[1]:,.4~r}})".replace("( ", "(")
    pairs = zip(np.asarray(low, float), np.asarray(high, float), strict=True)
    return {"hovertemplate": words + ends, "customdata": [_plain(sorted(pair)) for pair in pairs]}


def _point(chart: Chart) -> str:
    """What is said of a point in a plane, or in a row."""
    across = f"%{{x:,.4~r}} {safe(chart.across.unit)}"
    if chart.up.rows:
        return f"<b>{across}</b>"
    names = [safe(axis.label.partition(",")[0]) for axis in (chart.across, chart.up)]
    return f"{names[0]}: {across}<br>{names[1]}: %{{y:,.4~r}} {safe(chart.up.unit)}<extra></extra>"


def _errors(key: str, values: Values, low: Values | None, high: Values | None, colour: str, thick: int = 2) -> Json:
    if low is None or high is None:
        return {}
    middle, ends = np.asarray(values, float), np.sort(np.array([low, high], float), axis=0)
    return {key: {"type": "data", "symmetric": False, "array": _plain(ends[1] - middle), "arrayminus": _plain(middle - ends[0]),
                  "color": colour, "thickness": thick, "width": 0}}  # fmt: skip


def _plain(values: Values | Sequence[float]) -> list[float | None]:
    """Numbers for JSON, to six digits; None where there is none."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in np.asarray(values, np.float64).ravel()]


def safe(words: str) -> str:
    """Words in which plotly sees no markup and no place to fill in."""
    return html.escape(words, quote=False).replace("{", "&#123;")


def in_lines(words: str) -> str:
    """The same, line by line."""
    return safe(words).replace("\n", "<br>")


def _faint(colour: str, strength: float) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength:g})"


def _dash(dash: Sequence[float], width: float) -> str:
    """Dashes in pixels, as plotly takes them."""
    return ",".join(f"{1.35 * width * length:.3g}px" for length in dash) or "solid"
