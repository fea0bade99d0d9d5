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
    remedy:
      'Put aws-actions/configure-aws-credentials before this action, and give the job `permissions: id-token: write` for OpenID Connect.',
  },
  'aws-no-region': {
    when: 'The AWS SDK finds no region.',
    remedy: 'Give aws-actions/configure-aws-credentials an `aws-region`, or set AWS_REGION.',
  },
  'aws-not-authorized': {
    when: 'AWS refuses the credentials, they lack the permission that the message names, or a policy denies the request explicitly.',
    remedy:
      'Add the permission to the role; docs/security.md has the policies. Against an explicit deny no permission helps: make the request meet its condition, or have it changed.',
  },
  'aws-rejected': {
    when: 'EC2 does not accept a request as it is, for a reason that the checks before it could not see.',
    remedy: 'Read EC2’s own words in the message; correct the input that they name.',
  },
  'aws-throttled': {
    when: 'AWS goes on refusing requests because the account sends too many: for 180 s in a start, 300 s where something is ended.',
    remedy: 'Start fewer runners at a time, or ask AWS for higher request limits.',
  },
  'aws-unreachable': {
    when: 'AWS does not answer, answers with errors of its own, or with something that is not an answer: for 30 s to a read, for 60 s where something is launched or ended.',
    remedy:
      'Check the network and proxy of the runner that runs this action, and https://health.aws.amazon.com; then run the job again.',
  },
  'aws-credentials-malformed': {
    when: 'The AWS key id, secret or session token has blanks, line breaks or other characters inside that no such value has. Nothing was asked.',
    remedy: 'Save the value again as a secret, copied without anything around it.',
  },
  'certificate-untrusted': {
    when: 'Node does not trust the certificate that AWS, GitHub or a proxy presented: self-signed, of an unknown CA, expired, revoked, or of another name. It is not tried again.',
    remedy:
      'Where a proxy inspects TLS, or GitHub Enterprise Server has a certificate of your own CA, set NODE_EXTRA_CA_CERTS for the step to a PEM file with that CA. For dates, check the clock.',
  },
  'proxy-unusable': {
    when: 'HTTPS_PROXY or HTTP_PROXY is not the address of an HTTP proxy: it cannot be read, or names another protocol, such as SOCKS.',
    remedy:
      'Set it as `http://user:password@host:port`, with special characters of the password percent-encoded, or unset it.',
  },
  'proxy-refused': {
    when: 'The proxy refused the way to AWS or GitHub: it wants a password (407), or forbids the host (403). It is not tried again.',
    remedy: 'Put user and password into the variable, have the host allowed, or list it in NO_PROXY.',
  },
  'proxy-unreachable': {
    when: 'The proxy that HTTPS_PROXY or HTTP_PROXY names does not answer, or does not reach AWS or GitHub, again and again.',
    remedy: 'Check the variable and the proxy, then run the job again.',
  },
  'setting-unusable': {
    when: 'A setting or secret of the step cannot be part of a request, for example a line break in AWS_REGION or an AWS_ENDPOINT_URL that is no URL.',
    remedy: 'Correct the variable; look for line breaks and blanks.',
  },
  'quota-exceeded': {
    when: 'A quota of the AWS account allows none of the plans.',
    remedy:
      'Raise the quota whose code the message names in the Service Quotas console, or use other types or the other market.',
  },
  'no-capacity': {
    when: 'EC2 has none of the machines that the plans name. Each refusal is listed.',
    remedy:
      'Name more types or subnets in other availability zones, let spot fall back to on-demand, or set `retry-capacity-minutes`.',
  },
  'pool-incomplete': {
    when: 'Instances that fill-pool launched did not end their first boot as they should. They were removed, unless the message says otherwise.',
    remedy:
      'Read the reasons that are listed: an image from before pools must be built again, a warm-up script corrected.',
  },
  'launch-budget-spent': {
    when: 'EC2 refused so many launches of one start that it asks for no more.',
    remedy: 'Look at the refusals in the log; if they make no sense, report it.',
  },
  'image-not-found': {
    when: 'The image does not exist in the region, or is not shared with the account.',
    remedy: 'Check `ec2-image-id` and the region, or leave it empty for the preset’s own.',
  },
  'image-unusable': {
    when: 'The image is not available (still being made, failed), or is not a Linux image.',
    remedy: 'Wait for it, or name another.',
  },
  'image-name-taken': {
    when: 'Another image of the account has the name that a copy would get in that region. Nothing was copied there.',
    remedy: 'Deregister the other image if nobody needs it, or build again: each build has a name of its own.',
  },
  'runner-version-refused': {
    when: 'The image holds a runner that GitHub no longer accepts.',
    remedy: 'Rebuild the image: GitHub accepts a runner release for 30 days after the next one.',
  },
  'network-mismatch': {
    when: 'EC2 does not accept the subnet, the security group, or their combination.',
    remedy: 'Name a subnet and groups of one VPC; without a subnet, the account needs a default VPC.',
  },
  'payload-too-large': {
    when: 'The user data exceeds EC2’s 16,384 bytes.',
    remedy: 'Make `pre-runner-script` shorter, or let it download what it needs.',
  },
  'github-unauthorized': {
    when: 'GitHub does not accept the token or the App’s key (401).',
    remedy: 'Check that the secret exists where this workflow runs, and that the token has not expired.',
  },
  'github-forbidden': {
    when: 'GitHub knows the token, and refuses (403). GitHub’s own words and its documentation’s address come first in the message: a missing permission, an IP allow list, single sign-on, a rule about tokens, a suspended installation, an archived or blocked repository, or runners that are switched off.',
    remedy:
      'Do what the message says for that cause. Only where GitHub gives no cause, it names the permission that the request needs; GITHUB_TOKEN can never register runners.',
  },
  'github-not-found': {
    when: 'GitHub shows the token no such repository, organisation, enterprise, group or installation (404).',
    remedy: 'Check the name; GitHub also answers so when the token may not see it.',
  },
  'github-rejected': {
    when: 'GitHub does not accept a request as it is (422, and 409 unless a runner’s name is taken).',
    remedy: 'Read GitHub’s own words in the message; correct the input that they name.',
  },
  'github-rate-limited': {
    when: 'GitHub’s rate limit is used up for longer than 180 s in a start, 300 s where something is ended.',
    remedy: 'Wait until the time that the message names, or use a GitHub App, whose limit is its own.',
  },
  'github-unreachable': {
    when: 'GitHub does not answer, or answers with errors of its own: for 30 s to a read, for 60 s where a runner is registered or removed.',
    remedy: 'See https://www.githubstatus.com, and the network and proxy of the runner that runs this action.',
  },
  'runner-group-unusable': {
    when: 'The runner group gives no job of this run a runner: it is for other repositories, not for public ones, or limited to workflows of which this run uses none. Nothing was registered.',
    remedy:
      'Have an owner open the group to the repository or workflow, or set `runner-group` to another. Whoever may not look at groups gets no such error, but a line in the log.',
  },
  'runner-name-taken': {
    when: 'GitHub says of each of several new names that a runner has it.',
    remedy: 'Run the job again; report it if it comes back, because the names are random.',
  },
  'runner-removed': {
    when: 'GitHub no longer knows the runner, which was never seen online: somebody removed it, or another job took it first.',
    remedy: 'Leave `label` empty so that no other job can take the runner, and run the job again.',
  },
  'instance-died': {
    when: 'The instance went away before its runner was online: it powered itself off, EC2 took it back (spot), or its host failed. The log has its last words.',
    remedy: 'Correct what the console says; for spot, run the job again or set `market-type: spot-then-on-demand`.',
  },
  'startup-timeout': {
    when: 'The runner was not online within `startup-timeout-minutes`. The log has the boot phases and the console.',
    remedy: 'Give the subnet a way out to GitHub if it has none; raise the timeout if the boot is only slow.',
  },
  'not-ours': {
    when: 'stop-runner was given the id of an instance that this repository did not start. It was left alone; everything else was stopped.',
    remedy: 'Give only ids that start-runner put out.',
  },
  'ref-not-found': {
    when: 'The repository has no branch or tag of the name that was to be tested.',
    remedy: 'Check its spelling and that it was pushed there; a commit needs its full SHA.',
  },
  'ref-not-allowed': {
    when: 'The commit to test lies in no branch or tag of the repository: it comes from a fork, or there is none.',
    remedy: 'Name a branch or tag. To run a fork’s code, read it first, then set `allow-forks: true`.',
  },
  'git-failed': {
    when: 'The git server could not be asked which commit is meant. git’s own words are in the message.',
    remedy: 'Give a `repository-token` that may read the repository if it is private, else run the job again.',
  },
  'tox-not-found': {
    when: 'The machine has neither tox nor uv, or not the versions that were asked for, or tox could not be started.',
    remedy: 'Put uv on the image, or astral-sh/setup-uv before run-tox.',
  },
  'environment-not-found': {
    when: 'The configuration of tox does not define the environment that `tox-env` names, or there is no configuration.',
    remedy: 'Correct `tox-env` by the names that the message lists, or `working-directory`.',
  },
  'setup-failed': {
    when: 'The commands of `setup` ended with an error, so no test was run.',
    remedy: 'Read the end of the log above the error.',
  },
  'tests-failed': {
    when: 'tox ended with an error, a report has a test that failed, or tox ignored that tests failed.',
    remedy: 'Read the job’s summary, which has the failing tests first, or the log.',
  },
  'nothing-tested': {
    when: 'No test was run in one of the environments: no command ran, none was collected, all were skipped, tox skipped the environment, or the report that was asked for is missing.',
    remedy: 'Check the tests’ selection, what `report` names, and why tests are skipped.',
  },
  'environments-failed': {
    when: 'At least one of the environments that were run side by side was not successful.',
    remedy: 'Look at the jobs that the table names; "Re-run failed jobs" repeats only them.',
  },
  'cleanup-incomplete': {
    when: 'Something could not be removed or, by reap-runners, not judged; or it has been in doubt for a day. The message names it and says why. Everything else was done.',
    remedy:
      'Do what the message says and run it again, which is safe. What is in doubt only a person ends: see docs/inside/how-it-works.md, "How long each doubt lasts".',
  },
} as const satisfies Record<string, { readonly when: string; readonly remedy: string }>;

export type FailureCode = keyof typeof failureCodes;
