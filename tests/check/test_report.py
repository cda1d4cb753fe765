from __future__ import annotations

from tests.check.operator import Operator, failed


async def test_settings_in_order_pass_and_touch_nothing(operator: Operator) -> None:
    passed, report = await operator.check()
    assert passed, report
    assert failed(report) == []
    assert "@hh_bridge_bot" in report
    open_questions = [line.split(":")[0] for line in report.splitlines() if line.startswith("?")]
    assert open_questions == ["?     Access"], "without an account"
    assert not operator.settings.data_dir.exists()
