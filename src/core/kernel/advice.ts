/**
 * The book of advice: every sentence on what to do that is used in more than one place. The hints of failures, the
 * advice for ended instances (end-reasons.ts) and the "What to do" of docs/errors.md (failure-codes.ts) use these
 * constants. Advice for a single place stays in that place.
 */

// Access to AWS

export const CONFIGURE_AWS_CREDENTIALS =
  'Put aws-actions/configure-aws-credentials before this step. For OpenID Connect the job needs `permissions: id-token: write`, and the trust policy of the role must name this repository.';
export const CHECK_AWS_CREDENTIALS =
  'Check the role or keys given to aws-actions/configure-aws-credentials, and that they have not expired.';
export const SET_AWS_REGION = 'Give aws-actions/configure-aws-credentials an `aws-region`, or set AWS_REGION.';
export const SAVE_AWS_SECRET_AGAIN = 'Save the value again as a secret, without anything around or inside it.';
export const MEET_EXPLICIT_DENY =
  'No other policy outweighs a deny: make the request meet its condition (a required tag, a region, a type, encryption), or have the policy changed.';
export const CORRECT_AWS_REQUEST = "The message is AWS's own and names what to correct. The request changed nothing.";
export const SEND_AWS_FEWER_REQUESTS =
  'Other programs use up the request limit of this account and region: start fewer runners at once, or ask AWS to raise the limit.';
export const CHECK_WAY_TO_AWS =
  'This usually passes: run the job again. Otherwise check the network and the proxy of the runner that runs this step, and https://health.aws.amazon.com.';

/** @param permission an IAM action, such as `ec2:RunInstances` */
export function allowPermission(permission = 'the permission that the message names'): string {
  return `Allow ${permission} in the policy of the role that the workflow assumes; docs/security.md has the whole policy.`;
}

// Access to GitHub

export const CHECK_SECRET_EXISTS = 'Check that the secret exists where this workflow runs.';
export const CHECK_APP_KEY =
  'Check that `app-id` and `app-private-key` belong to the same GitHub App of this server, and that the key was not deleted there.';
export const GITHUB_TOKEN_CANNOT = "The workflow's GITHUB_TOKEN can't register runners.";
export const CHECK_NAMES_IN_PATH =
  'Check the names in the path that the message quotes. GitHub also answers 404 for what the token may not see.';
export const CORRECT_GITHUB_REQUEST = "The message is GitHub's own and names what to correct.";
export const WAIT_FOR_RATE_LIMIT =
  'Run the job again after the time that the message names, or use separate credentials for the runners: a GitHub App has its own limit.';
export const CHECK_GITHUB_STATUS = 'See https://www.githubstatus.com and run the job again.';
export const CHECK_WAY_TO_GITHUB =
  'See https://www.githubstatus.com, and check that this machine reaches the API address (`GITHUB_API_URL`), through a proxy where one is needed. Then run the job again.';
export const OPEN_RUNNER_GROUP =
  'Have an owner open the group (settings, Actions, Runner groups), or set `runner-group` to another. Nothing was registered.';
export const GIVE_REPOSITORY_TOKEN =
  'If the repository is private and not the one of this run, give a `repository-token` that may read it. Otherwise run the job again.';

// Certificates, proxies and settings of the step

export const TRUST_OWN_CA =
  'Where a proxy inspects TLS, or the CA is your own, give this step `env: NODE_EXTRA_CA_CERTS: /path/of/ca.pem` with that CA.';
export const CHECK_CLOCK = 'Check the clock of the machine that runs this step.';
export const CHECK_SETTINGS =
  'Look for line breaks and blanks in the settings of this step: AWS_*, GITHUB_API_URL, the inputs.';
const PROXY_FORM = '`http://user:password@host:port`, with special characters of the password percent-encoded';
export const SET_PROXY = `Set it as ${PROXY_FORM}, or unset it.`;
export const GIVE_PROXY_PASSWORD = `Put the proxy's user and password into the variable: ${PROXY_FORM}.`;
export const ALLOW_AT_PROXY =
  'Have the host allowed at the proxy, or list it in NO_PROXY if it can be reached without the proxy.';
export const CHECK_PROXY =
  'Check the proxy that HTTPS_PROXY or HTTP_PROXY names, and what it can reach. Then run the job again.';

// Capacity, quotas and networks

export const OFFER_MORE_PLANS =
  'Name more instance types in `ec2-instance-type`, or subnets in other availability zones in `subnet-id`.';
export const REPLACE_SPOT =
  'EC2 reclaimed the spot instance. Run the job again, or set `market-type: spot-then-on-demand` or `on-demand`.';
export const RAISE_EBS_QUOTA =
  'Use a smaller or slower volume, delete volumes that are not needed, or raise the EBS quota in the Service Quotas console.';
export const FREE_DATA_VOLUME =
  'Wait for that run, or stop its machine. Or set in `data-volume`: `when-attached: wait` to wait for the machine, or `mode: copy` to start from a snapshot.';
export const REPLACE_DATA_VOLUME =
  'Run the job again: a volume by name is created again. A volume by id must exist; restore it from a snapshot, or name another one.';
export const READ_REFUSALS = 'Look at the refusals in the log above. If they make no sense, report them.';
export const CHECK_NETWORK =
  'Check that `subnet-id` and `security-group-id` exist in this region and share a VPC. Without `subnet-id`, a default VPC is needed.';

// Images and user data

export const CHECK_IMAGE_ID =
  "Check the region (`AWS_REGION`), the account, and that the image is shared with it; or leave `ec2-image-id` empty for the preset's own image.";
export const WAIT_FOR_IMAGE = 'Wait until EC2 has made the image `available`, or name another image in `ec2-image-id`.';
export const FREE_IMAGE_NAME =
  'Deregister the other image if it is not needed, or build a new image: each build has a name of its own.';
export const REBUILD_IMAGE =
  'Build the image again (ami/README.md): GitHub accepts each runner release for 30 days after the next one.';
export const LIST_IMAGES = '`npm run ami -- list` shows the images of this suite.';

/** @param parts the parts of the user data that are too large */
export function shortenUserData(parts = '`pre-runner-script`'): string {
  return `Make ${parts} shorter, or let the script download what it needs.`;
}

// Instances and runners

/** Part of a sentence. Its beginning names the instance that does not reach GitHub. */
export const OPEN_WAY_OUT =
  'give its subnet a NAT gateway or a public address, and its security group a rule for outbound traffic';
export const RAISE_STARTUP_TIMEOUT = 'If the boot is only slow, raise `startup-timeout-minutes`.';
export const READ_CONSOLE =
  'Read the last lines of the console in the log and the summary of this step, correct what they name, and run the job again.';
export const LEAVE_LABEL_EMPTY = 'Leave `label` empty so that no other job can take the runner, and run the job again.';
export const GIVE_OWN_INSTANCE_IDS =
  'Give `ec2-instance-id` only ids from the outputs of start-runner in this repository.';
export const REPEAT_STOP = 'Run stop-runner again: it is safe to repeat.';

// Tests

export const CHECK_REF =
  'Check its spelling, and that it was pushed to this repository and not to a fork. A commit needs its full SHA.';
export const NAME_OWN_REF =
  'Name a branch or tag of the repository. To run the code of a fork on your machines, read it first, then set `allow-forks: true`.';
export const BRING_TOX =
  'Put uv on the image or astral-sh/setup-uv before this step, or leave `python-version` and `tox-version` empty where the machine has tox.';
export const READ_SETUP_LOG = 'Read the last lines of `setup` in the log above. No test was run.';
export const READ_FAILING_TESTS = "See the failing tests in the job's summary, or the log above.";
export const RERUN_INTERRUPTED =
  'Re-run the failed jobs. The printed workflows run the tests again by themselves, on demand, with `on-interruption: rerun`; with `market-type: on-demand`, EC2 takes no machine away.';
export const TAKE_LARGER_MACHINE = 'If the kernel ended it for want of memory, take a larger machine.';
export const CHECK_TEST_SELECTION =
  'Check which tests the commands in the configuration of tox select, and why tests are skipped.';
export const LOOK_AT_FAILED_JOBS =
  'Look at the jobs of these environments. "Re-run failed jobs" repeats only them, on new machines.';
export const SHARE_NO_HISTORY = 'Run the job again, or give each of many jobs side by side a history of its own.';
