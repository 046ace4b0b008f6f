"""A small experiment for tests: a busy little company, two levers, three outcomes."""

from __future__ import annotations

from pathlib import Path

from sim.experiments.question import Experiment, load_experiment

SMALL = """
name: Small
weeks: 6
market: {customers: 200, prospects: 50, stands_for: 20}
quality: {error_rate: 0.08}
call_centre: {representatives: 2, questions: 0.1}
"""
SWEEP = """
question: How many representatives are enough?
base: small.yaml
levers:
  call_centre.representatives: {low: 1, high: 8}
  quality.error_rate: {low: 0.01, high: 0.3}
outcomes: [retention, profit, wait_mean]
design: {kind: grid, levels: 3}
replications: 4
"""


def written(folder: Path, text: str = SWEEP, **replaced: str) -> Path:
    """The experiment and its scenario in ``folder``; ``replaced``: lines by their key, empty to leave one out."""
    (folder / "small.yaml").write_text(SMALL)
    lines = text.strip().splitlines()
    for key, line in replaced.items():
        lines = [old for old in lines if not old.startswith(f"{key}:")] + ([f"{key}: {line}"] if line else [])
    path = folder / "question.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def small(folder: Path, **replaced: str) -> Experiment:
    """The same, loaded."""
    return load_experiment(written(folder, **replaced))
