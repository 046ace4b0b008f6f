"""A number with its unit means the same wherever it is written: in a file, a field of the studio, an address, an option."""

from __future__ import annotations

import pytest

from sim.commands.comparing import _share
from sim.errors import Mistake
from sim.scenario.expected import amount
from sim.scenario.quantities import Unfit, from_text, number_told, parted
from sim.scenario.whole import described

SHARES = ("20 %", "20%", " 20  % ", "0.2", ".2", "2e-1", "0.2 share", "+0.2")
NONE = ("", "much", "%", "1,5", "1,5 %", "1e999", "nan", "inf", "0x10", "1" * 500)


@pytest.mark.parametrize("text", SHARES)
def test_a_share_is_read_the_same_by_everybody(text: str) -> None:
    pytest.importorskip("solara")
    from sim.studio.explore.own_sweep import own_in
    from sim.studio.visitor.policies import Policy, Setting, scenario_of
    from sim.studio.widgets.number_field import Limits

    base = described({"name": "Base", "weeks": 4, "market": {"customers": 10}})
    own = own_in({"one": "outsourcing.share", "from": text, "to": "1"})
    policy = scenario_of(Policy("base", (Setting("outsourcing.share", text),)), base)
    assert own is not None
    read = (from_text(text, "share"), _share(text), own.ranges[0][1], Limits(0, 1, "share").value(text))
    assert {*read, policy.settings(0)["outsourcing"].share} == {0.2}
    if "%" in text:
        assert described({"weeks": 4, "outsourcing": {"share": text}}).settings(0)["outsourcing"].share == 0.2
        assert amount("profit", text) == (pytest.approx(0.2), True)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_refused_by_everybody(text: str) -> None:
    with pytest.raises(Unfit, match="must be a number|is no unit of it; write a number"):
        from_text(text, "share")
    with pytest.raises(Mistake, match="--precision is .* such as 1% or 0.01"):
        _share(text)
    with pytest.raises(Unfit, match="must be a number such as"):
        amount("profit", text)


@pytest.mark.parametrize("value", [0.0, 1.5, -2.0, 1e-9, 123456789.0, 0.1 + 0.2])
def test_what_is_told_is_read_again(value: float) -> None:
    assert parted(number_told(value)) == (pytest.approx(value, rel=1e-11), "")
