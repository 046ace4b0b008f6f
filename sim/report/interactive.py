"""The moving picture of a chart: a plotly figure as plain data (JSON), from the same marks as the still one.

Values are shown when they are looked at, with their interval and unit; a name in the legend hides or shows what it names.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from sim.report.charts import ENDS, Axis, Bars, Box, Cells, Chart, Dots, Grid, Line, Note, Picture, Rule, Span, Values
from sim.report.drawing import FAINT, INK, short

Json = dict[str, Any]
CONFIG: Json = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["sendChartToCloud", "lasso2d", "select2d", "autoScale2d"],
    "showSendToCloud": False,
    "plotlyServerURL": "",
}
"""What the bar of buttons offers; for ``Plotly.newPlot``'s fourth argument. Nothing is ever sent anywhere: by itself plotly
offers to upload a chart."""
SYMBOLS = {
    "o": "circle", "s": "square", "D": "diamond", "^": "triangle-up", "v": "triangle-down", "P": "cross", "X": "x",
    "*": "star", "x": "x-thin-open",
}  # fmt: skip
PIXELS = 96
_FONT = 'system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif'
_GRID = "#e3e3e3"


def interactive(picture: Picture) -> Json:
    """The picture as a plotly figure: ``{"data": […], "layout": {…}, "config": {…}}``, ready for ``plotly.graph_objects.Figure``
    (without ``config``) or for ``Plotly.newPlot`` in a page.

    Raises :class:`ValueError` when the picture has no chart, as one that was drawn elsewhere.
    """
    if picture.chart is None:
        raise ValueError("this picture has no chart to draw from")
    rows = picture.chart.panels
    data: list[Json] = []
    layout = _layout(picture.chart)
    places = [(i, k) for i, row in enumerate(rows) for k in range(len(row))]
    for number, (i, k) in enumerate(places, 1):
        chart, end = rows[i][k], "" if number == 1 else str(number)
        data += [
            trace | {"xaxis": f"x{end}", "yaxis": f"y{end}"} for mark in chart.marks for trace in _traces(mark, chart)
        ]
        layout[f"xaxis{end}"], layout[f"yaxis{end}"] = _axes(chart, end, _cell(i, len(rows), k, len(rows[i])))
        layout["shapes"] += [_on(shape, end) for mark in chart.marks for shape in _shapes(mark)]
        layout["annotations"] += [_on(note, end) for note in _notes(chart, isinstance(picture.chart, Grid))]
    return {"data": data, "layout": layout, "config": CONFIG}


def as_json(picture: Picture) -> str:
    """The same as text that may stand in an element of a page; equal for equal pictures."""
    text = json.dumps(interactive(picture), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


# ---- the whole


def _layout(chart: Chart | Grid) -> Json:
    one = chart if isinstance(chart, Chart) else None
    lines = one is not None and one.names == ENDS
    left = (
        12 + 7 * max((len(line) for row in one.up.rows for line in short(row, 24).split("\n")), default=0) if one else 0
    )
    return {
        "font": {"family": _FONT, "size": 12, "color": INK},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "height": round(1.25 * PIXELS * chart.height),
        "margin": {"l": max(left, 62), "r": 20, "t": 46 if chart.title else 28, "b": 52},
        "title": {
            "text": f"<b>{_safe(chart.title)}</b>",
            "font": {"size": 15},
            "x": 0.01,
            "y": 0.985,
            "yanchor": "top",
        },
        "hovermode": "x unified" if lines else "closest",
        "hoverlabel": {"namelength": -1, "font": {"size": 12}},
        "legend": {"orientation": "h", "x": 0, "y": 0, "yanchor": "bottom", "yref": "container", "font": {"size": 12}},
        "showlegend": bool(one and one.names),
        "barmode": "overlay",
        "shapes": [],
        "annotations": [],
    }


def _axes(chart: Chart, end: str, cell: tuple[list[float], list[float]]) -> tuple[Json, Json]:
    across, up = _axis(chart.across), _axis(chart.up)
    if chart.across.weeks is not None:
        across["unifiedhovertitle"] = {"text": _heading(chart)}
    if chart.up.rows:
        up |= {"range": [max(len(chart.up.rows), 1) - 0.4, -0.6], "fixedrange": True}
    pair = across | {"domain": cell[0], "anchor": f"y{end}"}, up | {"domain": cell[1], "anchor": f"x{end}"}
    return pair


def _heading(chart: Chart) -> str:
    """What stands over the values of one week: the week, and what the values are."""
    bands = {mark.band for mark in chart.marks if isinstance(mark, Line) and mark.low is not None}
    around = f" (in brackets: {_safe(bands.pop())})" if len(bands) == 1 else ""
    return f"week %{{x}}, {_safe(chart.up.unit)}{around}"


def _axis(axis: Axis) -> Json:
    said: Json = {"gridcolor": _GRID, "showgrid": axis.line, "zeroline": False, "linecolor": FAINT, "automargin": True}
    if axis.label or axis.weeks is not None:
        said["title"] = {"text": _lines(axis.label or "weeks from the start"), "font": {"size": 12}, "standoff": 8}
    if axis.logarithmic:
        said["type"] = "log"
    if axis.weeks is not None:
        said |= {
            "range": [0, axis.weeks],
            "dtick": next((s for s in (1, 2, 4, 13, 26, 52) if axis.weeks / s <= 8), 104),
        }
    ticks = axis.ticks or [(float(k), row) for k, row in enumerate(axis.rows)]
    if ticks:
        said |= {"tickvals": [at for at, _ in ticks], "ticktext": [_lines(short(word, 24)) for _, word in ticks]}
    if axis.low is not None and axis.high is not None:
        said["range"] = [axis.low, axis.high]
    elif axis.low == 0:
        said["rangemode"] = "tozero"
    elif axis.low is not None or axis.high is not None:
        said |= {"autorangeoptions": {"include": [end for end in (axis.low, axis.high) if end is not None]}}
    return said


def _cell(i: int, rows: int, k: int, columns: int) -> tuple[list[float], list[float]]:
    """Where a panel of a grid lies, in shares of the whole."""
    if rows == columns == 1:
        return [0, 1], [0, 1]
    wide, high = 1 / columns, 1 / rows
    return ([round((k + 0.1 * (k > 0)) * wide, 4), round((k + 0.94) * wide, 4)],
            [round(1 - (i + 0.76) * high, 4), round(1 - (i + 0.1) * high, 4)])  # fmt: skip


def _on(item: Json, end: str) -> Json:
    """A shape or note, bound to the axes of its panel."""
    return item | {
        key: item[key] if " " in item[key] or item[key] == "paper" else item[key] + end for key in ("xref", "yref")
    }


# ---- the marks


@singledispatch
def _traces(mark: object, chart: Chart) -> Iterator[Json]:
    """What is drawn of a mark as series; none of those that only refer."""
    yield from ()


@_traces.register
def _(mark: Line, chart: Chart) -> Iterator[Json]:
    group = _safe(mark.name)
    if mark.low is not None and mark.high is not None:
        around = np.concatenate([np.asarray(mark.x, float), np.asarray(mark.x, float)[::-1]])
        ends = np.concatenate([np.asarray(mark.low, float), np.asarray(mark.high, float)[::-1]])
        yield {
            "type": "scatter", "x": _plain(around), "y": _plain(ends), "fill": "toself", "mode": "lines",
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


@_traces.register
def _(mark: Dots, chart: Chart) -> Iterator[Json]:
    group = _safe(mark.name)
    said: Json = {"legendgroup": group}
    if mark.words:
        said |= {"text": [_lines(words) for words in mark.words], "hovertemplate": "%{text}<extra></extra>"}
    elif mark.low is not None:
        said |= _said(mark.low, mark.high, mark.band, "x", chart.across.unit)
    else:
        said["hovertemplate"] = _point(chart)
    symbol, hollow = SYMBOLS[mark.marker], mark.edge != "none"
    edge = {"color": mark.edge if hollow else mark.colour, "width": 1.5 if hollow or mark.marker == "x" else 0}
    yield {
        "type": "scatter", "mode": "markers", "x": _plain(mark.x), "y": _plain(mark.y), "name": group,
        "showlegend": mark.named and bool(group), "opacity": mark.strength,
        "marker": {"symbol": symbol, "color": mark.colour, "size": round(1.6 * mark.size, 1), "line": edge},
        **_errors("error_x", mark.x, mark.low, mark.high, mark.colour),
        **_errors("error_y", mark.y, mark.below, mark.above, mark.colour), **said,
    }  # fmt: skip


@_traces.register
def _(mark: Bars, chart: Chart) -> Iterator[Json]:
    ends = np.asarray(mark.end, np.float64)
    starts = np.broadcast_to(np.asarray(mark.start, np.float64), ends.shape)
    value, place = ("y", "x") if mark.upright else ("x", "y")
    said = _said(mark.low, mark.high, "95 % interval", value, (chart.up if mark.upright else chart.across).unit)
    said["hovertemplate"] = said["hovertemplate"].replace(f"%{{{value}", "%{customdata[2]")
    known = [ends if side is None else np.asarray(side, float) for side in (mark.low, mark.high)]
    yield {
        "type": "bar", "orientation": "v" if mark.upright else "h", value: _plain(ends - starts), "base": _plain(starts),
        place: _plain(mark.rows), "width": mark.thick, "marker": {"color": list(mark.colours)}, "opacity": mark.strength,
        "name": _safe(mark.name), **_errors(f"error_{value}", ends, mark.low, mark.high, INK), **said,
        "customdata": [_plain(three) for three in zip(*known, ends, strict=True)],
    }  # fmt: skip


@_traces.register
def _(mark: Cells, chart: Chart) -> Iterator[Json]:
    columns, rows = mark.values.shape
    said = [[f"{_at(chart.across, i)}<br>{_at(chart.up, j)}" for i in range(columns)] for j in range(rows)]
    yield {
        "type": "heatmap", "x": _plain(np.arange(columns) + 0.5), "y": _plain(np.arange(rows) + 0.5),
        "z": [_plain(row) for row in mark.values.T], "text": said, "colorscale": "Cividis",
        "colorbar": {"title": {"text": _safe(mark.unit), "side": "right"}, "thickness": 14},
        "hovertemplate": f"%{{text}}<br><b>%{{z:,.4~r}}</b> {_safe(mark.unit)}<extra></extra>",
    }  # fmt: skip


def _at(axis: Axis, cell: int) -> str:
    """Where on an axis a cell lies, in words."""
    return _safe(f"{axis.label} {dict(axis.ticks).get(cell + 0.5, '')}".strip())


@singledispatch
def _shapes(mark: object) -> list[Json]:
    return []


@_shapes.register
def _(mark: Rule) -> list[Json]:
    at, over = ("x", "y") if mark.upright else ("y", "x")
    line = {"color": mark.colour, "width": mark.width}
    # not "between" grid and traces: plotly.js 4.1 fails on that when an end is said as a share of the axis
    return [{"type": "line", f"{at}0": mark.at, f"{at}1": mark.at, f"{over}0": 0, f"{over}1": 1, "layer": "above", "line": line,
             "xref": "x" if mark.upright else "x domain", "yref": "y domain" if mark.upright else "y"}]  # fmt: skip


@_shapes.register
def _(mark: Span) -> list[Json]:
    return [{"type": "rect", "x0": float(mark.low), "x1": float(mark.high), "y0": 0, "y1": 1, "xref": "x", "yref": "y domain",
             "layer": "below", "line": {"width": 0}, "fillcolor": _faint(mark.colour, mark.strength)}]  # fmt: skip


@_shapes.register
def _(mark: Box) -> list[Json]:
    return [{"type": "rect", "x0": mark.left, "x1": mark.right, "y0": mark.low, "y1": mark.high, "xref": "x", "yref": "y",
             "line": {"color": INK, "width": 1.2}}]  # fmt: skip


def _notes(chart: Chart, titled: bool) -> Iterator[Json]:
    """Words upon the axes: what the marks say, which side is better, and a panel's title."""
    for mark in chart.marks:
        if isinstance(mark, Note):
            yield {"x": mark.x, "y": mark.y, "xref": "x", "yref": "y", "text": _safe(mark.words), "showarrow": False,
                   "xanchor": "left", "yshift": 14, "xshift": 6, "bgcolor": "rgba(255,255,255,0.8)"}  # fmt: skip
        if isinstance(mark, Bars):
            yield from _beside(mark)
    if chart.better:
        words = "better \u2192" if chart.better > 0 else "\u2190 better"
        yield {"x": int(chart.better > 0), "y": 1, "xref": "x domain", "yref": "y domain", "text": words,
               "showarrow": False, "yanchor": "bottom", "font": {"size": 11, "color": FAINT}}  # fmt: skip
    if titled and chart.title:
        yield {"x": 0, "y": 1, "xref": "x domain", "yref": "y domain", "text": f"<b>{_safe(chart.title)}</b>", "showarrow": False,
               "xanchor": "left", "yanchor": "bottom", "font": {"size": 12}}  # fmt: skip


def _beside(mark: Bars) -> Iterator[Json]:
    """Words at the ends of bars, clear of their intervals."""
    ends = np.asarray(mark.end, np.float64)
    starts = np.broadcast_to(np.asarray(mark.start, np.float64), ends.shape)
    clear = ends if mark.clear is None else np.asarray(mark.clear, np.float64)
    for row, start, end, at, words in zip(mark.rows, starts, ends, clear, mark.words, strict=False):
        left = bool(end < start)
        yield {"x": _plain([at])[0], "y": _plain([row])[0], "xref": "x", "yref": "y", "text": _safe(words), "showarrow": False,
               "xanchor": "right" if left else "left", "xshift": -3 if left else 3, "font": {"size": 11}}  # fmt: skip


# ---- words and numbers


def _in_week(mark: Line) -> Json:
    """Value and interval alone; what they are stands over all lines."""
    return _said(mark.low, mark.high, "", "y", "")


def _said(low: Values | None, high: Values | None, band: str, value: str, unit: str) -> Json:
    """What is said of a point: value, unit and interval."""
    words = f"<b>%{{{value}:,.4~r}}</b> {_safe(unit)}".rstrip()
    if low is None or high is None:
        return {"hovertemplate": words}
    ends = f" ({_safe(band)} %{{customdata[0]:,.4~r}} to %{{customdata[1]:,.4~r}})".replace("( ", "(")
    pairs = zip(np.asarray(low, float), np.asarray(high, float), strict=True)
    return {"hovertemplate": words + ends, "customdata": [_plain(sorted(pair)) for pair in pairs]}


def _point(chart: Chart) -> str:
    """What is said of a point in a plane, or in a row."""
    across = f"%{{x:,.4~r}} {_safe(chart.across.unit)}"
    if chart.up.rows:
        return f"<b>{across}</b>"
    names = [_safe(axis.label.partition(",")[0]) for axis in (chart.across, chart.up)]
    return f"{names[0]}: {across}<br>{names[1]}: %{{y:,.4~r}} {_safe(chart.up.unit)}<extra></extra>"


def _errors(key: str, values: Values, low: Values | None, high: Values | None, colour: str) -> Json:
    if low is None or high is None:
        return {}
    middle, ends = np.asarray(values, float), np.sort(np.array([low, high], float), axis=0)
    return {key: {"type": "data", "symmetric": False, "array": _plain(ends[1] - middle), "arrayminus": _plain(middle - ends[0]),
                  "color": colour, "thickness": 2, "width": 0}}  # fmt: skip


def _plain(values: Values | Sequence[float]) -> list[float | None]:
    """Numbers for JSON, to six digits; None where there is none."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in np.asarray(values, np.float64).ravel()]


def _safe(words: str) -> str:
    """Words in which plotly sees no markup."""
    return html.escape(words, quote=False)


def _lines(words: str) -> str:
    return _safe(words).replace("\n", "<br>")


def _faint(colour: str, strength: float) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength:g})"


def _dash(dash: Any, width: float) -> str:
    """Matplotlib's dashes, which are in widths of the line, as plotly's, in pixels."""
    return "solid" if dash == "solid" else ",".join(f"{1.35 * width * length:.3g}px" for length in dash[1])
