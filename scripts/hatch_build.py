"""Lets a wheel carry what browsers are served."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface[Any]):
    """Builds sopapo/static/ before the wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling names them
        """Runs the same build as `make`."""
        subprocess.run([sys.executable, Path(self.root) / "scripts" / "build_web.py"], check=True)
