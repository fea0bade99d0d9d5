"""Sends the artifacts of a step to S3, if the configuration says so."""

import logging

from projects.core.library import config, run


def export_artifacts(artifacts_dirname, test_step=None):
    if not config.project.get_config("export_artifacts.enabled"):
        logging.info("export_artifacts.enabled is not set: nothing is exported.")
        return
    bucket = config.project.get_config("export_artifacts.bucket")
    prefix = config.project.get_config("export_artifacts.path_prefix")
    step = f"/{test_step}" if test_step else ""
    run.run(f"aws s3 cp --recursive --acl public-read '{artifacts_dirname}' 's3://{bucket}/{prefix}{step}'")
