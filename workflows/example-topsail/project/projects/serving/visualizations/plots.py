"""Draws the latencies over the number of clients."""

import html
import json

HEIGHT = 200
STEP = 80


def generate_from_dir(results_dirname, title):
    """Reads all results.json below the folder, and writes report.html into it."""
    results = [json.loads(path.read_text()) for path in sorted(results_dirname.glob("*__test_*/results.json"))]
    highest = max((one["p95_ms"] for one in results), default=1) or 1
    bars = "".join(draw(at, one, highest) for at, one in enumerate(results))
    width = max(1, len(results)) * STEP
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT + 40}">{bars}</svg>'
    (results_dirname / "report.html").write_text(f"<h1>{html.escape(title)}</h1>\n{svg}\n")


def draw(at, result, highest):
    height = HEIGHT * result["p95_ms"] / highest
    x = at * STEP + 10
    label = f"{result['clients']}: {result['p95_ms']:.1f} ms"
    return (
        f'<rect x="{x}" y="{HEIGHT - height:.1f}" width="50" height="{height:.1f}" fill="#4078c0"/>'
        f'<text x="{x}" y="{HEIGHT + 20}" font-size="12">{label}</text>'
    )
