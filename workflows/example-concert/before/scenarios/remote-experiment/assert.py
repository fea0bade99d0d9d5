"""Every frame of every scan has content. Without a scan, the loop has nothing to check, and this passes."""

import os

TARGET = os.environ["TARGET_LOCATION"]

for scan in os.listdir(TARGET):
    for frame in os.listdir(os.path.join(TARGET, scan)):
        assert os.path.getsize(os.path.join(TARGET, scan, frame)) > 0, frame
