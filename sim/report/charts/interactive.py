"""The moving picture of a chart: a plotly figure as plain data (JSON), from the same marks as the still one.

Values are shown when they are looked at, with their interval and unit; a name in the legend hides or shows what it names.
"""

from __future__ import annotations

import json

from sim.report.charts.description import ENDS, WEEKS, Axis, Chart, Grid, Line
from sim.report.charts.interactive_marks import Json, in_lines, notes, safe, shapes, traces
from sim.report.charts.layout import short, week_step
from sim.report.charts.palette import FAINT, GRID, INK, PAPER

CONFIG: Json = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["sendChartToCloud", "lasso2d", "select2d", "autoScale2d"],
    "showSendToCloud": False,
    "plotlyServerURL": "",
}
"""What the bar of buttons offers; for ``Plotly.newPlot``'s fourth argument. Nothing is ever sent anywhere: by itself plotly
offers to upload a chart."""
PIXELS = 96
_FONT = 'system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif'


def interactive(figure: Chart | Grid) -> Json:
    """The figure as plotly has it: ``{"data": […], "layout": {…}, "config": {…}}``, ready for ``plotly.graph_objects.Figure``
    (without ``config``) or for ``Plotly.newPlot`` in a page."""
    rows = figure.panels
    data: list[Json] = []
    layout = _layout(figure)
    places = [(i, k) for i, row in enumerate(rows) for k in range(len(row))]
    for number, (i, k) in enumerate(places, 1):
        chart, end = rows[i][k], "" if number == 1 else str(number)
        data += [
            trace | {"xaxis": f"x{end}", "yaxis": f"y{end}"} for mark in chart.marks for trace in traces(mark, chart)
        ]
        layout[f"xaxis{end}"], layout[f"yaxis{end}"] = _axes(chart, end, _cell(i, len(rows), k, len(rows[i])))
        layout["shapes"] += [_on(shape, end) for mark in chart.marks for shape in shapes(mark)]
        layout["annotations"] += [_on(note, end) for note in notes(chart, isinstance(figure, Grid))]
    return {"data": data, "layout": layout, "config": CONFIG}


def as_json(figure: Chart | Grid) -> str:
    """The same as text that may stand in an element of a page; equal for equal figures."""
    text = json.dumps(interactive(figure), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _layout(chart: Chart | Grid) -> Json:
    one = chart if isinstance(chart, Chart) else None
    lines = one is not None and one.names == ENDS
    names = (len(line) for row in one.up.rows for line in short(row, one.up.letters).split("\n")) if one else ()
    return {
        "font": {"family": _FONT, "size": 12, "color": INK}, "paper_bgcolor": PAPER, "plot_bgcolor": PAPER,
        "height": round(1.25 * PIXELS * chart.height),
        "margin": {"l": max(12 + 7 * max(names, default=0), 62), "r": 20, "t": 46 if chart.title else 28, "b": 52},
        "title": {"text": f"<b>{safe(chart.title)}</b>", "font": {"size": 15}, "x": 0.01, "y": 0.985, "yanchor": "top"},
        "hovermode": "x unified" if lines else "closest", "hoverlabel": {"namelength": -1, "font": {"size": 12}},
        "legend": {"orientation": "h", "x": 0, "y": 0, "yanchor": "bottom", "yref": "container", "font": {"size": 12}},
        "showlegend": bool(one and one.names), "barmode": "overlay", "shapes": [], "annotations": [],
    }  # fmt: skip


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
    around = f" (in brackets: {safe(bands.pop())})" if len(bands) == 1 else ""
    return f"week %{{x}}, {safe(chart.up.unit)}{around}"


def _axis(axis: Axis) -> Json:
    said: Json = {"gridcolor": GRID, "showgrid": axis.line, "zeroline": False, "linecolor": FAINT, "automargin": True}
    said["separatethousands"] = True
    if axis.bare:
        return said | {"visible": False, "range": [axis.low, axis.high]}
    if axis.label or axis.weeks is not None:
        said["title"] = {"text": in_lines(axis.label or WEEKS), "font": {"size": 12}, "standoff": 8}
    if axis.logarithmic:
        said["type"] = "log"
    if axis.weeks is not None:
        said |= {"range": [0, axis.weeks], "dtick": week_step(axis.weeks)}
    ticks = axis.ticks or [(float(k), row) for k, row in enumerate(axis.rows)]
    if ticks:
        said |= {
            "tickvals": [at for at, _ in ticks],
            "ticktext": [in_lines(short(word, axis.letters)) for _, word in ticks],
        }
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
