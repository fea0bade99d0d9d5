"""What `concert start` runs: the camera sends its frames, the walker writes them to the target."""

import os

CAMERA = os.environ["UCA_NET_HOST"]
FRAMES = 5
