"""Where the artifacts of this step go."""

import os
import pathlib
import tempfile

ARTIFACT_DIR = None


def init():
    global ARTIFACT_DIR
    ARTIFACT_DIR = pathlib.Path(os.environ.get("ARTIFACT_DIR") or tempfile.mkdtemp(prefix="ci-artifacts_"))
    ARTIFACT_DIR.mkdir(parents=True, exist_ok=True)


def shared_dir():
    """The folder by which a step hands something over to the next one."""
    return pathlib.Path(os.environ.get("SHARED_DIR") or ARTIFACT_DIR.parent)


class NextArtifactDir:
    """`with NextArtifactDir("name"):` artifacts go to a folder of their own, NNN__name."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        global ARTIFACT_DIR
        self.before = ARTIFACT_DIR
        number = sum(1 for entry in ARTIFACT_DIR.iterdir() if entry.is_dir() and "__" in entry.name)
        ARTIFACT_DIR = ARTIFACT_DIR / f"{number:03d}__{self.name}"
        ARTIFACT_DIR.mkdir()
        return ARTIFACT_DIR

    def __exit__(self, *_):
        global ARTIFACT_DIR
        ARTIFACT_DIR = self.before
