"""Removes the frames of this run. run-compose has collected them before."""

import shutil
from pathlib import Path

shutil.rmtree(Path(__file__).parent / "data", ignore_errors=True)
print("The frames of this run are removed.")
