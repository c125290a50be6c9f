"""Settings of the jobs that cannot work are refused at the start."""

from pathlib import Path

import pytest

from server.config import ConfigError, load
from tests.conftest import ROOT, SECRETS


def test_a_lease_shorter_than_a_send_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    file = tmp_path / "config.toml"
    file.write_text(text.replace("lease_seconds = 60", "lease_seconds = 11"), encoding="utf-8")
    with pytest.raises(ConfigError, match="lease_seconds"):
        load(SECRETS | {"XINYI_CONFIG": str(file)})
    file.write_text(text.replace("lease_seconds = 60", "lease_seconds = 12"), encoding="utf-8")
    assert load(SECRETS | {"XINYI_CONFIG": str(file)}).jobs.lease_seconds == 12
