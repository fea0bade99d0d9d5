"""Ends the service, if there is one. Safe to repeat."""

import os
import pathlib
import signal

pid = pathlib.Path(os.environ["SHARED_DIR"]) / "serving.pid"
if pid.exists():
    try:
        os.kill(int(pid.read_text()), signal.SIGTERM)
        print("The service is undeployed.")
    except ProcessLookupError:
        print("The service had ended.")
    pid.unlink()
else:
    print("There is no service.")
