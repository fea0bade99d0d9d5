"""Commands, and functions side by side."""

import logging
import subprocess
import sys
import threading

from projects.core.library import env


def run(command, check=True, capture_stdout=False):
    logging.info("run: %s", command)
    return subprocess.run(
        ["bash", "-o", "errexit", "-o", "pipefail", "-o", "nounset", "-c", command],
        check=check,
        text=True,
        stdout=subprocess.PIPE if capture_stdout else None,
    )


def run_toolbox(group, command, **kwargs):
    """Runs a program of projects/GROUP/toolbox, whose artifacts get a folder of their own."""
    with env.NextArtifactDir(f"{group}__{command}") as folder:
        args = " ".join(f"--{name}={value}" for name, value in kwargs.items())
        return run(f"ARTIFACT_DIR='{folder}' {sys.executable} projects/{group}/toolbox/{command}.py {args}")


def run_and_catch(exc, function, *args, **kwargs):
    """Chains functions that all have to run, such as clean-ups. The first exception is kept."""
    try:
        function(*args, **kwargs)
    except Exception as error:
        logging.error("%s: %s", type(error).__name__, error)
        return exc or error
    return exc


class Parallel:
    """`with Parallel("name") as parallel: parallel.delayed(function, …)` runs the functions side by side."""

    def __init__(self, name):
        self.name = name
        self.tasks = []
        self.errors = []

    def __enter__(self):
        return self

    def delayed(self, function, *args):
        self.tasks.append(threading.Thread(target=self._catch, args=(function, *args)))

    def _catch(self, function, *args):
        try:
            function(*args)
        except Exception as error:
            self.errors.append(error)

    def __exit__(self, exc_type, *_):
        for task in self.tasks:
            task.start()
        for task in self.tasks:
            task.join()
        if self.errors and exc_type is None:
            raise self.errors[0]
