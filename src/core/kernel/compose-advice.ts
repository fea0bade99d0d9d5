/**
 * The part of the book of advice (advice.ts) that run-compose alone needs: a start does not load it.
 */

// Compose projects

export const READ_IMAGE_LOG =
  'Read the last lines of `pull` or `build` in the log above, correct what they name, and run the job again.';
const READ_LAST_LINES = 'Read the last lines of the service that the message names.';
export const READ_SERVICE_LOG = `${READ_LAST_LINES} The whole logs are in the folder of the output \`artifacts\`.`;
export const READ_SESSION_LOG =
  "Read the session's output in the log above. The logs of all services are in the folder of the output `artifacts`.";
export const RAISE_SESSION_TIMEOUT =
  'Read where its output stops in the log above. If it is only slow, raise `timeout-minutes`.';
export const ACCEPT_SERVER_EXIT = `${READ_LAST_LINES} If it may end during the session, set \`on-server-exit: warn\`.`;
export const READ_ASSERT_LOG =
  'Read the output of `assert` in the log above, and what the session wrote in the folder of the output `artifacts`.';
export const READ_TEARDOWN_LOG = 'Read the output of `teardown` in the log above.';
export const TAKE_RESULT_ELSEWHERE =
  'Docker must run on this machine itself. Otherwise take the result from `stdout` or from a file with `result-from`.';
export const LEAVE_RESULT =
  "Read the session's output in the log above. With `webhook`, the session must reach the address in RESULT_WEBHOOK: a firewall of the machine may have to admit containers.";
export const READ_RESULT =
  'The whole result is `result.json` in the folder of the output `artifacts`, with the logs of all services.';
export const SET_UP_GPU_TOOLKIT =
  "Use a machine with a GPU and an image that has NVIDIA's container toolkit, such as the preset `cuda` of start-runner. On a machine of your own: `nvidia-ctk runtime configure --runtime=docker`, and restart Docker.";

// Docker and Docker Compose

export const INSTALL_DOCKER =
  'Use a runner with Docker: the images of this suite have it, as the runners of GitHub on Linux do. On a public Ubuntu image, start-runner installs it by `pre-runner-script: apt-get update && apt-get install --yes docker.io docker-buildx docker-compose-v2`. In a job with `container:`, the image needs the docker program, and the socket of the host as a volume.';
export const START_DOCKER =
  'Start it with `systemctl start docker`. If it ended in the middle of the run, `journalctl -u docker` says why; a full disk and a lack of memory are frequent.';
export const ALLOW_DOCKER =
  "Add the runner's user to the group `docker` (`usermod -aG docker USER`), and start the runner again.";
export const READ_DOCKER_MESSAGE = "The message is Docker's own and names what to correct.";
export const UPDATE_COMPOSE =
  'Install the package docker-compose-plugin (Docker), docker-compose-v2 (Ubuntu) or docker-compose (Debian 13). The program `docker-compose` of version 1 is not enough.';
export const CORRECT_COMPOSE_FILES =
  "The message is Compose's own. Correct the file; `docker compose config` in `directory` repeats the check.";
export const CHECK_SESSION_IMAGE = 'Check the name of the image and its command in `session-image` and `command`.';
