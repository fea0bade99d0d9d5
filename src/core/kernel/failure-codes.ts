import * as advice from './advice.js';

/**
 * Every way in which an action can end badly: the code that its error ends with, when it comes, and what to do.
 * `docs/errors.md` is printed from this; no bundle carries it.
 */
export const failureCodes = {
  'bad-input': {
    when: 'An input cannot be used, or inputs do not fit together (a type and an image of different architectures, a subnet and a group of different networks). All problems are listed. Nothing was launched.',
    remedy: 'Correct the inputs that are named. A misspelt one is told with the nearest name.',
  },
  cancelled: {
    when: 'The workflow run, the job or the step was cancelled while runners or pools were being worked on.',
    remedy:
      'Nothing: what start-runner started is removed before the step ends, or by its post step; of a pool nothing is half done.',
  },
  'aws-no-credentials': {
    when: 'The AWS SDK finds no credentials.',
    remedy: advice.CONFIGURE_AWS_CREDENTIALS,
  },
  'aws-no-region': {
    when: 'The AWS SDK finds no region.',
    remedy: advice.SET_AWS_REGION,
  },
  'aws-not-authorized': {
    when: 'AWS refuses the credentials, they lack the permission that the message names, or a policy denies the request explicitly.',
    remedy: `${advice.allowPermission()} ${advice.MEET_EXPLICIT_DENY}`,
  },
  'aws-rejected': {
    when: 'EC2 does not accept a request as it is, for a reason that the checks before it could not see.',
    remedy: advice.CORRECT_AWS_REQUEST,
  },
  'aws-throttled': {
    when: 'AWS goes on refusing requests because the account sends too many: for 180 s in a start, 300 s where something is ended.',
    remedy: advice.SEND_AWS_FEWER_REQUESTS,
  },
  'aws-unreachable': {
    when: 'AWS does not answer, answers with errors of its own, or with something that is not an answer: for 30 s to a read, for 60 s where something is launched or ended.',
    remedy: advice.CHECK_WAY_TO_AWS,
  },
  'aws-credentials-malformed': {
    when: 'The AWS key id, secret or session token has blanks, line breaks or other characters inside that no such value has. Nothing was asked.',
    remedy: advice.SAVE_AWS_SECRET_AGAIN,
  },
  'certificate-untrusted': {
    when: 'Node does not trust the certificate that AWS, GitHub or a proxy presented: self-signed, of an unknown CA, expired, revoked, or of another name. It is not tried again.',
    remedy: `${advice.TRUST_OWN_CA} If the message names a date: ${advice.CHECK_CLOCK}`,
  },
  'proxy-unusable': {
    when: 'HTTPS_PROXY or HTTP_PROXY is not the address of an HTTP proxy: it cannot be read, or names another protocol, such as SOCKS.',
    remedy: advice.SET_PROXY,
  },
  'proxy-refused': {
    when: 'The proxy refused the way to AWS or GitHub: it wants a password (407), or forbids the host (403). It is not tried again.',
    remedy: `After 407: ${advice.GIVE_PROXY_PASSWORD} After any other status: ${advice.ALLOW_AT_PROXY}`,
  },
  'proxy-unreachable': {
    when: 'The proxy that HTTPS_PROXY or HTTP_PROXY names does not answer, or does not reach AWS or GitHub, again and again.',
    remedy: advice.CHECK_PROXY,
  },
  'setting-unusable': {
    when: 'A setting or secret of the step cannot be part of a request, for example a line break in AWS_REGION or an AWS_ENDPOINT_URL that is no URL.',
    remedy: advice.CHECK_SETTINGS,
  },
  'quota-exceeded': {
    when: 'A quota of the AWS account allows none of the plans.',
    remedy:
      'Raise the quota whose code the message names in the Service Quotas console, or use other types or the other market.',
  },
  'no-capacity': {
    when: 'EC2 has none of the machines that the plans name. Each refusal is listed.',
    remedy: `${advice.OFFER_MORE_PLANS} Or let spot fall back to on-demand with \`market-type: spot-then-on-demand\`, or set \`retry-capacity-minutes\`.`,
  },
  'pool-incomplete': {
    when: 'Instances that fill-pool launched did not end their first boot as they should. They were removed, unless the message says otherwise.',
    remedy:
      'Read the reasons that are listed: an image from before pools must be built again, a warm-up script corrected.',
  },
  'launch-budget-spent': {
    when: 'EC2 refused so many launches of one start that it asks for no more.',
    remedy: advice.READ_REFUSALS,
  },
  'image-not-found': {
    when: 'The image does not exist in the region, or is not shared with the account.',
    remedy: advice.CHECK_IMAGE_ID,
  },
  'image-unusable': {
    when: 'The image is not available (still being made, failed), or is not a Linux image.',
    remedy: advice.WAIT_FOR_IMAGE,
  },
  'image-name-taken': {
    when: 'Another image of the account has the name that a copy would get in that region. Nothing was copied there.',
    remedy: advice.FREE_IMAGE_NAME,
  },
  'runner-version-refused': {
    when: 'The image holds a runner that GitHub no longer accepts.',
    remedy: advice.REBUILD_IMAGE,
  },
  'network-mismatch': {
    when: 'EC2 does not accept the subnet, the security group, or their combination.',
    remedy: advice.CHECK_NETWORK,
  },
  'payload-too-large': {
    when: 'The user data exceeds EC2’s 16,384 bytes.',
    remedy: advice.shortenUserData(),
  },
  'github-unauthorized': {
    when: 'GitHub does not accept the token or the App’s key (401).',
    remedy: `${advice.CHECK_SECRET_EXISTS} Check that the token has not expired. For a GitHub App: ${advice.CHECK_APP_KEY}`,
  },
  'github-forbidden': {
    when: 'GitHub knows the token, and refuses (403). GitHub’s own words and its documentation’s address come first in the message: a missing permission, an IP allow list, single sign-on, a rule about tokens, a suspended installation, an archived or blocked repository, or runners that are switched off.',
    remedy: `Do what the message says for that cause. Only where GitHub gives no cause, it names the permission that the request needs. ${advice.GITHUB_TOKEN_CANNOT}`,
  },
  'github-not-found': {
    when: 'GitHub shows the token no such repository, organisation, enterprise, group or installation (404).',
    remedy: advice.CHECK_NAMES_IN_PATH,
  },
  'github-rejected': {
    when: 'GitHub does not accept a request as it is (422, and 409 unless a runner’s name is taken).',
    remedy: advice.CORRECT_GITHUB_REQUEST,
  },
  'github-rate-limited': {
    when: 'GitHub’s rate limit is used up for longer than 180 s in a start, 300 s where something is ended.',
    remedy: advice.WAIT_FOR_RATE_LIMIT,
  },
  'github-unreachable': {
    when: 'GitHub does not answer, or answers with errors of its own: for 30 s to a read, for 60 s where a runner is registered or removed.',
    remedy: advice.CHECK_WAY_TO_GITHUB,
  },
  'runner-group-unusable': {
    when: 'The runner group gives no job of this run a runner: it is for other repositories, not for public ones, or limited to workflows of which this run uses none. Nothing was registered.',
    remedy: `${advice.OPEN_RUNNER_GROUP} With a token that may not read groups this error does not come; the log has a line instead.`,
  },
  'runner-name-taken': {
    when: 'GitHub says of each of several new names that a runner has it.',
    remedy: `${advice.CHECK_GITHUB_STATUS} If it happens again, report it: the names are random.`,
  },
  'runner-removed': {
    when: 'GitHub no longer knows the runner, which was never seen online: somebody removed it, or another job took it first.',
    remedy: advice.LEAVE_LABEL_EMPTY,
  },
  'instance-died': {
    when: 'The instance went away before its runner was online: it powered itself off, EC2 took it back (spot), or its host failed. The log has its last words.',
    remedy: `${advice.READ_CONSOLE} For spot, set \`market-type: spot-then-on-demand\`.`,
  },
  'startup-timeout': {
    when: 'The runner was not online within `startup-timeout-minutes`. The log has the boot phases and the console.',
    remedy: `If the instance does not reach GitHub, ${advice.OPEN_WAY_OUT}. ${advice.RAISE_STARTUP_TIMEOUT}`,
  },
  'not-ours': {
    when: 'stop-runner was given the id of an instance that this repository did not start. It was left alone; everything else was stopped.',
    remedy: advice.GIVE_OWN_INSTANCE_IDS,
  },
  'ref-not-found': {
    when: 'The repository has no branch or tag of the name that was to be tested.',
    remedy: advice.CHECK_REF,
  },
  'ref-not-allowed': {
    when: 'The commit to test lies in no branch or tag of the repository: it comes from a fork, or there is none.',
    remedy: advice.NAME_OWN_REF,
  },
  'git-failed': {
    when: 'The git server could not be asked which commit is meant. git’s own words are in the message.',
    remedy: advice.GIVE_REPOSITORY_TOKEN,
  },
  'tox-not-found': {
    when: 'The machine has neither tox nor uv, or not the versions that were asked for, or tox could not be started.',
    remedy: advice.BRING_TOX,
  },
  'environment-not-found': {
    when: 'The configuration of tox does not define the environment that `tox-env` names, or there is no configuration.',
    remedy: 'Correct `tox-env` by the names that the message lists, or `working-directory`.',
  },
  'setup-failed': {
    when: 'The commands of `setup` ended with an error, so no test was run.',
    remedy: advice.READ_SETUP_LOG,
  },
  'tests-failed': {
    when: 'tox ended with an error, a report has a test that failed, or tox ignored that tests failed.',
    remedy: advice.READ_FAILING_TESTS,
  },
  'nothing-tested': {
    when: 'No test was run in one of the environments: no command ran, none was collected, all were skipped, tox skipped the environment, or the report that was asked for is missing.',
    remedy: `${advice.CHECK_TEST_SELECTION} Check also the path in \`report\`.`,
  },
  'environments-failed': {
    when: 'At least one of the environments that were run side by side was not successful.',
    remedy: advice.LOOK_AT_FAILED_JOBS,
  },
  'cleanup-incomplete': {
    when: 'Something could not be removed or, by reap-runners, not judged; or it has been in doubt for a day. The message names it and says why. Everything else was done.',
    remedy:
      'Do what the message says and run it again, which is safe. What is in doubt only a person ends: see docs/inside/how-it-works.md, "How long each doubt lasts".',
  },
} as const satisfies Record<string, { readonly when: string; readonly remedy: string }>;

export type FailureCode = keyof typeof failureCodes;
