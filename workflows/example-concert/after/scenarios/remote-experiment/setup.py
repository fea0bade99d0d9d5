"""Makes the folder for the frames, which nothing but this run writes to."""

from pathlib import Path

(Path(__file__).parent / "data").mkdir()
