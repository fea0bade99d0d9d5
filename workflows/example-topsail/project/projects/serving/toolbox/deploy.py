"""Starts the service in the background, and waits until it answers."""

import argparse
import os
import pathlib
import subprocess
import sys
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("--delay_ms", type=float, default=0)
shared = pathlib.Path(os.environ["SHARED_DIR"])
address = shared / "serving.address"
address.unlink(missing_ok=True)
with open(pathlib.Path(os.environ["ARTIFACT_DIR"]) / "service.log", "w") as log:
    service = subprocess.Popen(
        [sys.executable, pathlib.Path(__file__).parent / "service.py", address, str(arguments.parse_args().delay_ms)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
(shared / "serving.pid").write_text(str(service.pid))
for _ in range(300):
    if address.exists():
        print(f"The service answers at {address.read_text()}")
        sys.exit()
    if service.poll() is not None:
        sys.exit(f"The service ended with {service.returncode}.")
    time.sleep(0.1)
sys.exit("The service did not answer within 30 s.")
