"""Deploys the service, and takes it away again."""

from projects.core.library import config, env, run


def prepare():
    with run.Parallel("prepare") as parallel:
        parallel.delayed(deploy)
        parallel.delayed(prepare_payload)


def deploy():
    run.run_toolbox("serving", "deploy", delay_ms=config.project.get_config("tests.serving.service.delay_ms"))


def prepare_payload():
    size = config.project.get_config("tests.serving.payload.bytes")
    (env.shared_dir() / "payload").write_bytes(b"x" * size)


def cleanup():
    run.run_toolbox("serving", "undeploy")
