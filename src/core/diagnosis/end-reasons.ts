import * as advice from '../kernel/advice.js';

/** What to do about the reasons for which machines end. Their words come from EC2, the boot agent and the runner. */

export interface Advice {
  /** What to do next. */
  readonly hint: string;
  /** False where somebody wanted it so. */
  readonly isTrouble: boolean;
}

const NETWORK = `The machine does not reach GitHub: ${advice.OPEN_WAY_OUT}.`;

/** By EC2's code. Source: EC2 API reference, StateReason; for Client.InternalError, re:Post on KMS and EC2. */
const EC2_SAID: Readonly<Record<string, string>> = {
  'Server.SpotInstanceTermination': advice.REPLACE_SPOT,
  'Server.SpotInstanceShutdown': advice.REPLACE_SPOT,
  'Server.InsufficientInstanceCapacity': `EC2 accepted the launch and then had no room. Run the job again. ${advice.OFFER_MORE_PLANS}`,
  'Server.InternalError': 'The failure is EC2’s own. Run the job again; if it comes back, use another type or subnet.',
  'Server.ScheduledStop': 'EC2 retired the machine’s host. Run the job again.',
  'Client.VolumeLimitExceeded': advice.RAISE_EBS_QUOTA,
  'Client.InternalError':
    'EC2 could not make the root volume, mostly because its KMS key may not be used: give the role that starts `kms:CreateGrant` on the key, or use an image without it.',
  'Client.InvalidSnapshot.NotFound': 'The image’s snapshot is gone: build the image again, or name another.',
};

/** Somebody's call of EC2's API, such as this suite's own. */
const CALLED = /^Client\.UserInitiated/;
/** Only the machine itself knows more. */
const POWERED_OFF = 'Client.InstanceInitiatedShutdown';

/** @returns `undefined` where EC2 only knows that the machine went off by itself, or not even that */
export function adviseOnEnd(stateReason: string | undefined): Advice | undefined {
  const code = stateReason?.split(':')[0] ?? POWERED_OFF;
  if (code === POWERED_OFF) return undefined;
  if (CALLED.test(code)) {
    const hint = 'A stop before this one, a sweep, or a person ended it: CloudTrail names who.';
    return { hint, isTrouble: false };
  }
  return { hint: EC2_SAID[code] ?? 'Run the job again; if it comes back, ask AWS what that means.', isTrouble: true };
}

/** By the reason that the boot agent gives; see `give_up` in `ami/boot/agent.sh`. */
const AGENT_SAID: readonly (readonly [RegExp, string])[] = [
  [/^bash /, 'Use an image with bash 5: Ubuntu 20.04, Debian 11, Amazon Linux 2023 or a later one.'],
  [
    /^payload unreadable: format/,
    'The image is older than this action: build it again (`npm run ami`). Until then, do without `instance-environment` and `ca-certificates`.',
  ],
  [/^CA certificates/, 'Correct `ca-certificates`, or install the package ca-certificates in the image.'],
  [/^pre-runner script/, 'Correct `pre-runner-script`; what it said last is in this step’s log and summary.'],
  [/^runner install failed/, `${NETWORK} Or build an image that holds the runner.`],
  [/^no runner in/, 'Correct `runner-home-dir`, or build an image that holds the runner.'],
  [/^startup took longer/, `${NETWORK} ${advice.RAISE_STARTUP_TIMEOUT}`],
  [
    /^no job within/,
    'The job came too late or asks for another label: compare its `runs-on` with start-runner’s `label`, or raise `idle-timeout-minutes`.',
  ],
  [/^lifetime of/, 'What ran was cut off: raise `max-lifetime-minutes`, or find out what hangs.'],
  [/^run-as-user/, 'Correct `run-as-user`: the image has no such user.'],
  [/^machine restarted/, 'Something on the machine restarted it: a runner serves once. Run the job again.'],
];

/** By the runner's own words. */
const RUNNER_SAID: readonly (readonly [RegExp, string])[] = [
  [
    /deprecated/,
    `GitHub refuses runners of this age. ${advice.REBUILD_IMAGE} With \`runner-home-dir\`, install a newer runner there.`,
  ],
  [
    /create a? ?session|no longer exists/,
    'GitHub did not take the runner’s configuration: it was removed, used before, or had waited for too long (actions/runner#4726). Run the job again.',
  ],
  [/connect error/, NETWORK],
];

export function adviseOnPowerOff(reason: string, refusal?: string): string {
  const all = refusal === undefined ? AGENT_SAID : [...AGENT_SAID, ...RUNNER_SAID];
  const isKnown = ([pattern]: readonly [RegExp, string]) => pattern.test(reason) || pattern.test(refusal ?? '');
  return all.find(isKnown)?.[1] ?? advice.READ_CONSOLE;
}

/** For a machine that is on, and whose runner does not come. @param phase the last one it came to */
export function adviseOnSilence(phase: string | undefined): string {
  if (phase === undefined) {
    return 'Its boot hangs, or nothing on it reads its user data: an image of your own needs cloud-init, see ami/boot/README.md.';
  }
  return phase === 'runner-start' ? NETWORK : advice.READ_CONSOLE;
}
