#!/usr/bin/env python3
"""The test orchestration of the project `serving`: how fast does the service answer, with how many clients?"""

import functools
import logging
import os
import pathlib
import subprocess
import sys
import traceback

from projects.core.library import config, configure_logging, env, export, run
from projects.serving.testing import prepare_serving, test_serving

TESTING_THIS_DIR = pathlib.Path(__file__).absolute().parent
configure_logging()


def init(apply_preset_from_pr_args=True):
    env.init()
    config.init(TESTING_THIS_DIR, apply_preset_from_pr_args)


def entrypoint(apply_preset_from_pr_args=True):
    def decorator(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            init(apply_preset_from_pr_args)
            try:
                return function(*args, **kwargs)
            except Exception as error:
                text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
                (env.ARTIFACT_DIR / "FAILURE").write_text(f"{type(error).__name__}: {error}\n{text}")
                raise

        return wrapper

    return decorator


@entrypoint()
def pre_cleanup_ci():
    """Removes what an earlier test may have left."""
    prepare_serving.cleanup()


@entrypoint()
def prepare_ci():
    """Prepares the cluster and the namespace for running the tests."""
    prepare_serving.prepare()


@entrypoint()
def test_ci():
    """Runs the test, and plots its results."""
    exc = run.run_and_catch(None, test_serving.test)
    exc = run.run_and_catch(exc, test_serving.plot)
    if exc:
        raise exc


@entrypoint()
def post_cleanup_ci():
    """Restores the cluster, unless it is to be kept."""
    if config.project.get_config("clusters.create.keep"):
        logging.info("clusters.create.keep is set: the service stays.")
        return
    prepare_serving.cleanup()


@entrypoint(apply_preset_from_pr_args=False)
def export_artifacts(artifacts_dirname=None):
    export.export_artifacts(artifacts_dirname or os.environ["ARTIFACTS"], test_step="export")


class Entrypoint:
    """Commands for launching the CI tests."""

    def __init__(self):
        self.pre_cleanup_ci = pre_cleanup_ci
        self.prepare_ci = prepare_ci
        self.test_ci = test_ci
        self.post_cleanup_ci = post_cleanup_ci
        self.export_artifacts = export_artifacts


def main():
    command, *args = sys.argv[1:] or [""]
    entrypoints = Entrypoint()
    if not hasattr(entrypoints, command):
        sys.exit(f"Usage: {sys.argv[0]} {' | '.join(vars(entrypoints))}")
    getattr(entrypoints, command)(*args)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        logging.error("Command '%s' failed --> %s", error.cmd, error.returncode)
        sys.exit(1)
    except KeyboardInterrupt:
        print()  # empty line after ^C
        logging.error("Interrupted.")
        sys.exit(1)
