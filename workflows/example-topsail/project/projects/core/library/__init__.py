"""What the projects of this repository share: configuration, artifacts, commands."""

import logging


def configure_logging():
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
