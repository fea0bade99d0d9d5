"""Asks the service, with one number of clients after the other, and keeps how long each answer took."""

import json
import logging
import time
import urllib.request

from projects.core.library import config, env, run
from projects.serving.visualizations import plots


def test():
    address = (env.shared_dir() / "serving.address").read_text().strip()
    requests = config.project.get_config("tests.serving.requests")
    for clients in config.project.get_config("tests.serving.clients"):
        with env.NextArtifactDir(f"test_{clients}_clients") as folder:
            latencies = measure(address, clients, requests)
            result = {"clients": clients, "requests": len(latencies), "p95_ms": percentile(latencies, 0.95)}
            (folder / "results.json").write_text(json.dumps(result))
            logging.info("%s clients: 95 %% of %s answers within %.1f ms", clients, len(latencies), result["p95_ms"])
            check(result)


def measure(address, clients, requests):
    payload = (env.shared_dir() / "payload").read_bytes()
    latencies = []

    def ask():
        for _ in range(requests):
            began = time.monotonic()
            with urllib.request.urlopen(address, data=payload, timeout=30) as answer:
                answer.read()
            latencies.append((time.monotonic() - began) * 1000)

    with run.Parallel("clients") as parallel:
        for _ in range(clients):
            parallel.delayed(ask)
    return latencies


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def check(result):
    limit = config.project.get_config("tests.serving.max_p95_ms")
    if result["p95_ms"] > limit:
        raise RuntimeError(f"{result['clients']} clients wait {result['p95_ms']:.0f} ms, more than {limit} ms")


def plot():
    plots.generate_from_dir(env.ARTIFACT_DIR, config.project.get_config("matbench.title"))
