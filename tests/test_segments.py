"""Segments that a customer file names: none is lost, however many there are and whichever the scenario speaks of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import load, run
from sim.engine.start import begin, empty_state
from sim.model.component import row
from sim.scenario.customers import segment_names
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario
from sim.scenario.wording import about


def scenario(folder: Path, rows: list[str], segments: str = "") -> Scenario:
    (folder / "customers.csv").write_text("id,plan\n" + "".join(f"{n:04},{plan}\n" for n, plan in enumerate(rows)))
    customers = f"customers: {{file: customers.csv, segment_by: {{column: plan}}, segments: {{{segments}}}}}\n"
    (folder / "x.yaml").write_text(f"weeks: 2\nmarket: {{prospects: 10}}\nnetwork: {{kind: none}}\n{customers}")
    return load(folder / "x.yaml")


def spend(said: Scenario) -> np.ndarray:
    ground = ground_of(said)
    state = empty_state(ground)
    begin(ground, 1, 0, state)
    return state.number[row("spend"), : ground.plan.founders].copy()


def test_segments_that_are_not_named_are_as_the_default(tmp_path: Path) -> None:
    rows = ["gold", "silver", "gold", "bronze"] * 20
    said = scenario(tmp_path, rows, "gold: {traits: {spend: 30}}")
    assert segment_names(said) == ("bronze", "gold", "silver")
    one, none = spend(said), spend(scenario(tmp_path, rows))
    gold = np.array(rows) == "gold"
    assert (one[gold] == 30).all()
    np.testing.assert_array_equal(one[~gold], none[~gold])


@pytest.mark.parametrize("many", [256, 257, 5000])
def test_a_file_may_have_very_many_segments(tmp_path: Path, many: int) -> None:
    rows = [str(10_000 + n) for n in range(many)]
    said = scenario(tmp_path, rows, "'10007': {traits: {spend: 30}}")
    assert f"They belong to {many:,} segments: 10000" in " ".join(about(said))
    drawn = spend(said)
    assert drawn[7] == 30 and (np.delete(drawn, 7) != 30).all()
    assert run(said, 1, threads=1).failures == ()


def test_a_segment_that_nobody_belongs_to_is_said(tmp_path: Path) -> None:
    told = about(scenario(tmp_path, ["gold", "silver"], "platinum: {traits: {spend: 30}}"))
    assert any("Nobody in the customer file belongs to the segment platinum" in sentence for sentence in told)
