"""The scan has all of its frames, and each of them has content. A scan that wrote nothing fails."""

import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"
EXPECTED = [f"frame_{number:06}.tif" for number in range(5)]

frames = {path.name: path.stat().st_size for path in DATA.glob("scan_0000/*.tif")}
missing = [name for name in EXPECTED if not frames.get(name)]
if missing:
    sys.exit(f"scan_0000 lacks {', '.join(missing)}; it has {len(frames)} of {len(EXPECTED)} frames.")
print(f"scan_0000 has its {len(EXPECTED)} frames.")
