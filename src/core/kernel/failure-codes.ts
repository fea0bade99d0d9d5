import * as advice from './advice.js';
import * as composeAdvice from './compose-advice.js';
import * as exportAdvice from './export-advice.js';
import * as phaseAdvice from './phase-advice.js';
import * as resultAdvice from './result-advice.js';

/**
 * The codes of all failures: `when` an action fails with the code, and the `remedy`. `docs/errors.md` is printed from
 * this table. The bundles contain only the codes.
 */
export const failureCodes = {
  'bad-input': {
    when: 'An input is not valid, or inputs do not fit together (a type and an image of different architectures, a subnet and a group of different networks). The error lists all problems. Nothing was launched.',
    remedy: 'Correct the inputs that the error names. For a misspelled input it names the nearest one.',
  },
  cancelled: {
    when: 'The workflow run, the job or the step was canceled.',
    remedy:
      'Nothing. What start-runner started is removed before the step ends, or by its post step. stop-runner, reap-runners and fill-pool can be run again at any time.',
  },
  'aws-no-credentials': {
    when: 'The AWS SDK found no credentials.',
    remedy: advice.CONFIGURE_AWS_CREDENTIALS,
  },
  'aws-no-region': {
    when: 'The AWS SDK found no region.',
    remedy: advice.SET_AWS_REGION,
  },
  'aws-not-authorized': {
    when: 'AWS does not accept the credentials, they lack the permission that the message names, or a policy explicitly denies the request.',
    remedy: `${advice.allowPermission()} ${advice.MEET_EXPLICIT_DENY}`,
  },
  'aws-rejected': {
    when: 'EC2 rejected a request for a reason that the checks before it could not find.',
    remedy: advice.CORRECT_AWS_REQUEST,
  },
  'aws-throttled': {
    when: 'AWS throttled requests because the account sends too many: for 180 s in a start, for 300 s when something is removed.',
    remedy: advice.SEND_AWS_FEWER_REQUESTS,
  },
  'aws-unreachable': {
    when: 'AWS did not answer, or answered with a server error or with something unreadable: for 30 s to a read, for 60 s to a launch or a removal.',
    remedy: advice.CHECK_WAY_TO_AWS,
  },
  'aws-credentials-malformed': {
    when: 'The AWS key id, secret or session token contains blanks, line breaks or other characters that no such value has. No request was sent.',
    remedy: advice.SAVE_AWS_SECRET_AGAIN,
  },
  'certificate-untrusted': {
    when: 'Node does not trust the certificate of AWS, GitHub or a proxy: it is self-signed, from an unknown CA, expired, revoked, or for another name. The request is not retried.',
    remedy: `${advice.TRUST_OWN_CA} A wrong clock makes certificates expired or not yet valid. ${advice.CHECK_CLOCK}`,
  },
  'proxy-unusable': {
    when: 'HTTPS_PROXY or HTTP_PROXY is not the address of an HTTP proxy: it is malformed, or names another protocol, such as SOCKS.',
    remedy: advice.SET_PROXY,
  },
  'proxy-refused': {
    when: 'The proxy refused the connection to AWS or GitHub: it requires a password (407), or forbids the host (403). The request is not retried.',
    remedy: `Status 407: ${advice.GIVE_PROXY_PASSWORD} Any other status: ${advice.ALLOW_AT_PROXY}`,
  },
  'proxy-unreachable': {
    when: 'The proxy that HTTPS_PROXY or HTTP_PROXY names did not answer, or did not reach AWS or GitHub, after several tries.',
    remedy: advice.CHECK_PROXY,
  },
  'setting-unusable': {
    when: 'A setting or secret of the step cannot be part of a request, for example because of a line break in AWS_REGION, or because AWS_ENDPOINT_URL is not a URL.',
    remedy: advice.CHECK_SETTINGS,
  },
  'quota-exceeded': {
    when: 'A quota of the AWS account allows none of the plans (combinations of type, subnet and market).',
    remedy:
      'Raise the quota whose code the message names in the Service Quotas console, or use other types or the other market.',
  },
  'no-capacity': {
    when: 'EC2 has no capacity for any of the plans (combinations of type, subnet and market). The error lists each refusal.',
    remedy: `${advice.OFFER_MORE_PLANS} Or let spot fall back to on-demand with \`market-type: spot-then-on-demand\`, or set \`retry-capacity-minutes\`.`,
  },
  'pool-incomplete': {
    when: 'The first boot of instances that fill-pool launched failed. They were removed, unless the message says otherwise.',
    remedy:
      'Read the reasons in the error. Build an image again that is older than pools; correct a warm-up script that fails.',
  },
  'launch-budget-spent': {
    when: 'EC2 refused so many launches of one start that it gave up.',
    remedy: advice.READ_REFUSALS,
  },
  'image-not-found': {
    when: 'The image does not exist in the region, or is not shared with the account.',
    remedy: advice.CHECK_IMAGE_ID,
  },
  'image-unusable': {
    when: 'The image is not available (pending or failed), or is not a Linux image.',
    remedy: advice.WAIT_FOR_IMAGE,
  },
  'image-name-taken': {
    when: 'Another image of the account has the name of the copy in that region. Nothing was copied there.',
    remedy: advice.FREE_IMAGE_NAME,
  },
  'runner-version-refused': {
    when: 'The image has a runner version that GitHub no longer accepts.',
    remedy: advice.REBUILD_IMAGE,
  },
  'network-mismatch': {
    when: 'EC2 does not accept the subnet, the security group, or their combination.',
    remedy: advice.CHECK_NETWORK,
  },
  'data-volume-in-use': {
    when: 'Another machine holds the data volume. The message names it and its run.',
    remedy: advice.FREE_DATA_VOLUME,
  },
  'data-volume-unusable': {
    when: 'The data volume does not exist any more, or EC2 reports an error of it.',
    remedy: advice.REPLACE_DATA_VOLUME,
  },
  'payload-too-large': {
    when: 'The user data is larger than the 16,384 bytes that EC2 allows.',
    remedy: advice.shortenUserData(),
  },
  'github-unauthorized': {
    when: "GitHub does not accept the token or the App's key (401).",
    remedy: `${advice.CHECK_SECRET_EXISTS} Check that the token has not expired. ${advice.CHECK_APP_KEY}`,
  },
  'github-forbidden': {
    when: 'GitHub accepts the token and refuses the request (403). The message quotes GitHub and links its documentation: a missing permission, an IP allow list, single sign-on, a rule about tokens, a suspended installation, an archived or blocked repository, or disabled runners.',
    remedy: `Do what the message says for the cause. If GitHub gives no cause, the message names the permission that the request needs. ${advice.GITHUB_TOKEN_CANNOT}`,
  },
  'github-not-found': {
    when: 'GitHub has no such repository, organization, enterprise, group or installation that the token may see (404).',
    remedy: advice.CHECK_NAMES_IN_PATH,
  },
  'github-rejected': {
    when: "GitHub rejected a request (422, or 409 unless a runner's name is taken).",
    remedy: advice.CORRECT_GITHUB_REQUEST,
  },
  'github-rate-limited': {
    when: "GitHub's rate limit is used up for longer than 180 s in a start, or 300 s when something is removed.",
    remedy: advice.WAIT_FOR_RATE_LIMIT,
  },
  'github-unreachable': {
    when: 'GitHub did not answer, or answered with a server error: for 30 s to a read, for 60 s when a runner is registered or removed.',
    remedy: advice.CHECK_WAY_TO_GITHUB,
  },
  'runner-group-unusable': {
    when: 'The runner group is closed to this run: it is for other repositories, not for public repositories, or limited to workflows that this run does not use.',
    remedy: `${advice.OPEN_RUNNER_GROUP} If the token may not read groups, the group is not checked, and the log says so.`,
  },
  'runner-name-taken': {
    when: 'GitHub answered for each of several new names that a runner already has it.',
    remedy: `${advice.CHECK_GITHUB_STATUS} If it happens again, report it: the names are random.`,
  },
  'runner-removed': {
    when: 'GitHub does not list the runner any more, and it was never seen online: a person removed it, or another job took it first.',
    remedy: advice.LEAVE_LABEL_EMPTY,
  },
  'instance-died': {
    when: 'The instance ended before its runner was online: it powered itself off, EC2 reclaimed it (spot), or its host failed. The log has the last lines of its console.',
    remedy: `${advice.READ_CONSOLE} For spot, set \`market-type: spot-then-on-demand\`.`,
  },
  'startup-timeout': {
    when: 'The runner was not online within `startup-timeout-minutes`. The log has the boot phases and the console.',
    remedy: `If the instance does not reach GitHub, ${advice.OPEN_WAY_OUT}. ${advice.RAISE_STARTUP_TIMEOUT}`,
  },
  'machine-running': {
    when: 'A machine of the name in `machine-name` runs already, and `when-running` does not allow to use or replace it: it is `refuse`, or the machine is about to end, or its tags are in doubt. Nothing was launched.',
    remedy:
      'Wait for the end of the run that the message names, or set `when-running` to `join` or `replace`. A machine that no run needs any more can be ended in the EC2 console.',
  },
  'machine-name-locked': {
    when: 'Another start is starting a machine of the name in `machine-name`, for longer than this start waited. Nothing was launched.',
    remedy:
      'Run the job again when the run that the message names has started its machine. If that run is over, remove the runner that the message names (settings, Actions, Runners).',
  },
  'not-ours': {
    when: 'stop-runner was given the id of an instance that this repository did not start. It was left alone; everything else was stopped.',
    remedy: advice.GIVE_OWN_INSTANCE_IDS,
  },
  'ref-not-found': {
    when: 'The repository has no branch or tag with the name that is to be tested.',
    remedy: advice.CHECK_REF,
  },
  'ref-not-allowed': {
    when: 'The commit to test is in no branch or tag of the repository: it comes from a fork, or does not exist.',
    remedy: advice.NAME_OWN_REF,
  },
  'git-failed': {
    when: 'git failed, so the commit to test could not be found, or the history of figures was neither read nor written. The message quotes git.',
    remedy: `${advice.GIVE_REPOSITORY_TOKEN} For a history: ${resultAdvice.ALLOW_BRANCH}`,
  },
  'tox-not-found': {
    when: 'The machine has neither tox nor uv, or not the requested versions, or tox could not be started.',
    remedy: advice.BRING_TOX,
  },
  'environment-not-found': {
    when: 'The tox configuration does not define the environment that `tox-env` names, or there is no tox configuration.',
    remedy: 'Set `tox-env` to one of the names that the message lists, or correct `working-directory`.',
  },
  'setup-failed': {
    when: 'The commands of `setup` failed.',
    remedy: advice.READ_SETUP_LOG,
  },
  'tests-failed': {
    when: 'tox failed, a report has a failed test, or tox ignored that tests failed.',
    remedy: advice.READ_FAILING_TESTS,
  },
  'nothing-tested': {
    when: 'No test was run in one of the environments: no command ran, no test was collected, all tests were skipped, tox skipped the environment, or the file that `report` names is missing. Of run-phases: no phase ran.',
    remedy: `${advice.CHECK_TEST_SELECTION} Check also the path in \`report\`.`,
  },
  'images-not-available': {
    when: 'run-compose could not pull or build an image of the project. No test was run.',
    remedy: composeAdvice.READ_IMAGE_LOG,
  },
  'services-not-ready': {
    when: 'A service of the Compose project failed, was unhealthy or was not ready in time, so the session never started. No test was run.',
    remedy: composeAdvice.READ_SERVICE_LOG,
  },
  'session-not-started': {
    when: 'The session of run-compose could not be started: its image has no such program, or Docker refused its container. No test was run.',
    remedy: composeAdvice.READ_SERVICE_LOG,
  },
  'session-failed': {
    when: 'The session of run-compose ended with an exit code other than 0.',
    remedy: composeAdvice.READ_SESSION_LOG,
  },
  'session-timeout': {
    when: 'The session of run-compose did not end within `timeout-minutes` after the services were ready, and was ended.',
    remedy: composeAdvice.RAISE_SESSION_TIMEOUT,
  },
  'server-died': {
    when: 'A service died or was restarted while the session ran, so the result of the session proves nothing.',
    remedy: composeAdvice.ACCEPT_SERVER_EXIT,
  },
  'assertion-failed': {
    when: 'The commands of `assert` failed, or what must exist after the session does not: a file of `require-files`, or everything that `collect` names.',
    remedy: composeAdvice.READ_ASSERT_LOG,
  },
  'teardown-failed': {
    when: 'The commands of `teardown` failed after the tests had passed.',
    remedy: composeAdvice.READ_TEARDOWN_LOG,
  },
  'gpu-unavailable': {
    when: 'A service of the Compose project, or the input `gpu`, asks for GPUs on a machine where Docker has none to give. Nothing was started.',
    remedy: composeAdvice.SET_UP_GPU_TOOLKIT,
  },
  'result-missing': {
    when: 'The session of run-compose ended with 0, and left no JSON where `result-from` says.',
    remedy: composeAdvice.LEAVE_RESULT,
  },
  'result-failed': {
    when: 'The session of run-compose ended with 0, and the evaluations in its result did not pass (`evaluations.passed` is `false`).',
    remedy: composeAdvice.READ_RESULT,
  },
  'results-unreadable': {
    when: 'A file with results is of no known format (an HTML page, for example), is cut off, or has too many figures.',
    remedy: 'Look at the file that the message names. docs/result-formats.md lists the tools whose files are read.',
  },
  'results-missing': {
    when: 'No file matches `results` of judge-results or collect-results, or the files of the base that `baseline` names. Nothing was judged.',
    remedy: resultAdvice.WRITE_RESULTS,
  },
  'results-worse': {
    when: 'Metrics are beyond their thresholds, or became worse than what they are compared with.',
    remedy: resultAdvice.READ_VERDICTS,
  },
  'results-unjudged': {
    when: 'Results could not be judged: a value is no number, a metric is missing, no threshold is about any metric, a file reports problems such as failed requests, or base and head have too few runs.',
    remedy: resultAdvice.CORRECT_RESULTS,
  },
  'history-too-large': {
    when: 'The history of figures is larger than 512 MiB, so it was neither read nor written.',
    remedy: resultAdvice.PRUNE_HISTORY,
  },
  'history-unusable': {
    when: 'The history of figures cannot be read or written as a file, or has no line of a history. It was left as it is.',
    remedy: resultAdvice.MEND_HISTORY,
  },
  'history-busy': {
    when: 'Other runs wrote to the history of figures for five minutes, so the figures of this run were not added to it.',
    remedy: advice.SHARE_NO_HISTORY,
  },
  'webhook-unavailable': {
    when: "With `result-from: webhook`, no server can listen at the host's address in the network of the project.",
    remedy: composeAdvice.TAKE_RESULT_ELSEWHERE,
  },
  'docker-missing': {
    when: 'The machine has no `docker` program.',
    remedy: composeAdvice.INSTALL_DOCKER,
  },
  'docker-unreachable': {
    when: 'No Docker engine answers on the machine, or it stopped answering in the middle of the run.',
    remedy: composeAdvice.START_DOCKER,
  },
  'docker-forbidden': {
    when: 'The user of the step has no permission on the socket of the Docker engine.',
    remedy: composeAdvice.ALLOW_DOCKER,
  },
  'docker-failed': {
    when: 'The Docker engine could not answer a question or copy something. The message quotes it.',
    remedy: composeAdvice.READ_DOCKER_MESSAGE,
  },
  'compose-too-old': {
    when: 'The machine has no Docker Compose as a plugin of the `docker` program, or an older one than 2.20.',
    remedy: composeAdvice.UPDATE_COMPOSE,
  },
  'compose-invalid': {
    when: 'Docker Compose refuses the Compose files. The message quotes it, with the line of the file where it names one. Nothing was started.',
    remedy: composeAdvice.CORRECT_COMPOSE_FILES,
  },
  'container-failed': {
    when: 'Docker refused the container of `session-image`, or could not start it. The message quotes Docker.',
    remedy: composeAdvice.CHECK_SESSION_IMAGE,
  },
  'bucket-missing': {
    when: 'S3 has no bucket of the name in `export`.',
    remedy: exportAdvice.CREATE_BUCKET,
  },
  'bucket-public': {
    when: 'The policy or the access control list of the bucket in `export` lets everybody read it, and `export-public` is not set. No phase was run.',
    remedy: exportAdvice.MAKE_PRIVATE,
  },
  'secret-in-artifacts': {
    when: 'Files to be exported contain secrets of the run, as they are, encoded, escaped or within gzip. The message names the files and the secrets, and never quotes one. Nothing was uploaded, and `upload` is empty.',
    remedy: exportAdvice.REMOVE_SECRETS,
  },
  'export-incomplete': {
    when: 'Files could not be read, or changed during the export. The message names them. With `export: s3://…`, all other files were uploaded. With `export: artifact`, `upload` is empty.',
    remedy: exportAdvice.RERUN_TO_EXPORT,
  },
  'phases-failed': {
    when: 'A phase of run-phases failed: its commands failed, it took too long, it left a FAILURE, or a file that it must write is missing, empty or old. Phases that need it did not run.',
    remedy: phaseAdvice.READ_PHASE_LOG,
  },
  'artifacts-unwritable': {
    when: 'A file of the artifacts of run-phases could not be written, for example because the disk is full.',
    remedy: phaseAdvice.FREE_DISK,
  },
  interrupted: {
    when: 'EC2 took the spot machine away before the tests had finished.',
    remedy: advice.RERUN_INTERRUPTED,
  },
  'environments-failed': {
    when: 'At least one of the environments that ran side by side was not successful.',
    remedy: advice.LOOK_AT_FAILED_JOBS,
  },
  'cleanup-incomplete': {
    when: 'Something could not be removed, or reap-runners could not decide about it, or it has been in doubt for a day. The message names it and the reason. Everything else was done.',
    remedy:
      'Do what the message says and run the action again, which is safe. Only a person can end what is in doubt: see docs/inside/how-it-works.md, "How long each doubt lasts".',
  },
} as const satisfies Record<string, { readonly when: string; readonly remedy: string }>;

export type FailureCode = keyof typeof failureCodes;
