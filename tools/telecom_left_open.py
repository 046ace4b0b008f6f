"""What the data of the telephone company leave open: runs experiments/calibrate.yaml and fills its tables in the page.

``python tools/telecom_left_open.py`` takes some minutes, writes the tables in docs/background/telecom.md and exits with 1 when
a value that was fitted lies outside its interval or a figure is missed.
"""

from __future__ import annotations

import sys
from typing import Any

from telecom_page import ROOT, fill

from sim.experiments.laboratory import Laboratory
from sim.experiments.methods.calibrate import METHOD, Calibration

EXPERIMENT = ROOT / "experiments" / "calibrate.yaml"
FITTED = {"choice.attention"}
"""Of the settings asked about, those that the scenario has from the data; the others are defaults, or known otherwise."""
SETTINGS = (
    "| setting | in the scenario | median | nine in ten worlds | left of the range before |\n|---|---:|---:|---:|---:|"
)
FIGURES = "| figure | data ± standard error | predicted | nine in ten worlds | met |\n|---|---:|---:|---:|---|"


def calibrated() -> Calibration:
    """The answer to the shipped experiment."""
    asked = METHOD.load(EXPERIMENT)
    with Laboratory(asked.definitions, asked.seed) as laboratory:
        found = METHOD.answer(asked, laboratory)
    assert isinstance(found, Calibration)
    return found


def tables(found: Calibration) -> str:
    """Both tables in Markdown."""
    units = {factor.path: factor.unit for factor in found.factors}
    settings = "\n".join(_setting(row, units[row["factor"]]) for row in found.table().to_dict("records"))
    figures = "\n".join(_figure(row) for row in found.table("checked").to_dict("records"))
    words = "What the worlds predict, with the figure's own error:"
    return f"{SETTINGS}\n{settings}\n\n{words}\n\n{FIGURES}\n{figures}"


def _setting(row: Any, unit: str) -> str:
    around = f"{row['low']:.3g} – {row['high']:.3g}"
    left = f"{100 * row['width_over_prior']:.0f} %"
    return f"| `{row['factor']}`, {unit} | {row['base']:g} | {row['median']:.3g} | {around} | {left} |"


def _figure(row: Any) -> str:
    given, around = f"{row['given']:.3f} ± {row['error']:.4f}", f"{row['low']:.3f} – {row['high']:.3f}"
    return f"| {row['figure']} | {given} | {row['predicted']:.3f} | {around} | {'yes' if row['met'] else '**no**'} |"


def main() -> int:
    """Fill the page; returns the exit code."""
    found = calibrated()
    fill("left open", tables(found))
    settings, figures = found.table(), found.table("checked")
    outside = settings[~settings["base"].between(settings["low"], settings["high"])]["factor"].tolist()
    missed = figures[~figures["met"]]["figure"].tolist()
    print(f"settings outside their interval: {outside or 'none'}; figures missed: {missed or 'none'}")
    return int(bool(FITTED & set(outside) or missed))


if __name__ == "__main__":
    sys.exit(main())
