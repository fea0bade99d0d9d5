"""The configuration of a project: a file, presets, and overrides from the pull request."""

import logging
import os
import pathlib
import shutil

import yaml

from projects.core.library import env

project = None
_MISSING = object()


class Config:
    def __init__(self, path):
        self.path = path
        self.values = yaml.safe_load(path.read_text())

    def get_config(self, key, default=_MISSING):
        value = self.values
        for part in key.split("."):
            if not isinstance(value, dict) or part not in value:
                if default is _MISSING:
                    raise KeyError(f"Configuration key '{key}' does not exist in {self.path}")
                return default
            value = value[part]
        return self.get_config(value[1:]) if isinstance(value, str) and value.startswith("@") else value

    def set_config(self, key, value):
        """Only keys that exist can be set."""
        *parents, last = key.split(".")
        holder = self.values
        for part in parents:
            holder = holder[part]
        if last not in holder:
            raise ValueError(f"Config key '{key}' does not exist, and cannot create it at the moment :/")
        holder[last] = value
        self.path.write_text(yaml.safe_dump(self.values, sort_keys=False))

    def apply_preset(self, name):
        for key, value in self.values["ci_presets"][name].items():
            if key == "extends":
                for other in value:
                    self.apply_preset(other)
                continue
            logging.info("preset[%s] %s --> %s", name, key, value)
            self.set_config(key, value)


def init(testing_dir, apply_preset_from_pr_args=True):
    """Each step works on a copy in its artifacts. A CI that has resolved the configuration names its file."""
    global project
    resolved = os.environ.get("TOPSAIL_FROM_CONFIG_FILE")
    path = env.ARTIFACT_DIR / "config.yaml"
    shutil.copyfile(resolved or pathlib.Path(testing_dir) / "config.yaml", path)
    project = Config(path)
    if resolved:
        logging.info("Loaded the configuration of %s", resolved)
        return
    _apply_overrides()
    if apply_preset_from_pr_args:
        for name in os.environ.get("PR_POSITIONAL_ARGS", "").split():
            project.apply_preset(name)
    _apply_overrides()


def _apply_overrides():
    path = env.shared_dir() / "variable_overrides.yaml"
    if path.exists():
        for key, value in yaml.safe_load(path.read_text()).items():
            project.set_config(key, value)
