"""Empties the target: everything in the host's /mnt, whoever wrote it."""

import os
import shutil

TARGET = os.environ["TARGET_LOCATION"]

for name in os.listdir(TARGET):
    shutil.rmtree(os.path.join(TARGET, name), ignore_errors=True)
