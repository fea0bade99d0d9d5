import * as advice from '../kernel/advice.js';

/** What to do about the reasons why instances end, by the words of EC2, the boot agent and the runner program. */

export interface Advice {
  /** What to do next. */
  readonly hint: string;
  /** False when the end was intended. */
  readonly isTrouble: boolean;
}

const NETWORK = `The instance does not reach GitHub: ${advice.OPEN_WAY_OUT}.`;

/** By EC2's state reason. Source: EC2 API reference, StateReason; for Client.InternalError, re:Post on KMS and EC2. */
const EC2_REASONS: Readonly<Record<string, string>> = {
  'Server.SpotInstanceTermination': advice.REPLACE_SPOT,
  'Server.SpotInstanceShutdown': advice.REPLACE_SPOT,
  'Server.InsufficientInstanceCapacity': `EC2 accepted the launch and then had no capacity. Run the job again. ${advice.OFFER_MORE_PLANS}`,
  'Server.InternalError': "The failure is EC2's own. Run the job again. If it fails again, use another type or subnet.",
  'Server.ScheduledStop': "EC2 retired the instance's host. Run the job again.",
  'Client.VolumeLimitExceeded': advice.RAISE_EBS_QUOTA,
  'Client.InternalError':
    'EC2 could not create the root volume, mostly because the role may not use its KMS key: give the role of start-runner `kms:CreateGrant` on the key, or use an image that is not encrypted with it.',
  'Client.InvalidSnapshot.NotFound': 'The snapshot of the image was deleted: build the image again, or name another.',
};

/** A call of EC2's API, such as one by ci-actions. */
const API_CALL = /^Client\.UserInitiated/;
/** The instance powered itself off: only its console has the reason. */
const POWERED_OFF = 'Client.InstanceInitiatedShutdown';

/** @returns `undefined` when the instance powered itself off, or EC2 gives no reason */
export function adviseOnEnd(stateReason: string | undefined): Advice | undefined {
  const code = stateReason?.split(':')[0] ?? POWERED_OFF;
  if (code === POWERED_OFF) return undefined;
  if (API_CALL.test(code)) {
    const hint = 'An earlier stop, a sweep or a person ended it. CloudTrail names the caller.';
    return { hint, isTrouble: false };
  }
  return {
    hint: EC2_REASONS[code] ?? 'Run the job again. If it happens again, ask AWS Support what this reason means.',
    isTrouble: true,
  };
}

/** By the boot agent's reason for a power-off; see `give_up` in `ami/boot/agent.sh`. */
const AGENT_REASONS: readonly (readonly [RegExp, string])[] = [
  [/^bash /, 'Use an image with bash 5: Ubuntu 20.04, Debian 11, Amazon Linux 2023 or a later one.'],
  [
    /^payload unreadable: format/,
    'The image is older than this action: build it again (`npm run ami`). Until then, leave `instance-environment`, `ca-certificates` and `runners` empty.',
  ],
  [/^CA certificates/, 'Correct `ca-certificates`, or install the package ca-certificates in the image.'],
  [/^pre-runner script/, 'Correct `pre-runner-script`. Its last lines are in the log and the summary of this step.'],
  [/^runner install failed/, `${NETWORK} Or build an image that holds the runner.`],
  [
    /^(JIT configs|runner homes)/,
    'Several runners need the whole runner application in `runner-home-dir`, with `bin` and `externals`, and room on the disk. Build the image again, or install the runner there as GitHub packs it.',
  ],
  [/^no runner in/, 'Correct `runner-home-dir`, or build an image that holds the runner.'],
  [/^startup took longer/, `${NETWORK} ${advice.RAISE_STARTUP_TIMEOUT}`],
  [
    /^no job within/,
    "The job came too late or has another label: compare its `runs-on` with start-runner's `label`, or raise `idle-timeout-minutes`.",
  ],
  [/^lifetime of/, 'The job was cut off: raise `max-lifetime-minutes`, or find out what hangs.'],
  [/^spot interruption/, advice.REPLACE_SPOT],
  [/^kept for/, '`keep-on-failure-minutes` or `keep-minutes` kept the instance. The time was over.'],
  [
    /^data volume: .* was not attached/,
    'The volume did not become attached in time: see the state of the volume and its attachment in EC2. On a Xen type only a volume with a labeled file system, or a single one at `/dev/sdf` to `/dev/sdp`, can be found: use a Nitro type.',
  ],
  [
    /^data volume: .* is not blank/,
    'Only a blank volume is formatted, and ext4 or xfs on the whole device is mounted. Copy what you need from the volume, or name another one in `data-volume`.',
  ],
  [
    /^data volume: .* is damaged/,
    'Attach the volume to a machine of your own and run `e2fsck -f` there, restore a snapshot, or delete the volume (`npm run ami -- volumes --delete`): the next start creates it again.',
  ],
  [
    /^data volume: several devices/,
    'An image or a volume has a file system with this label already: change its label, or leave the volume out of the image.',
  ],
  [
    /^data volume: Docker/,
    "Docker does not work with what the volume holds: see the console for its error. A volume written by a newer Docker may be unreadable for this image's; then build the image again, or use a new volume.",
  ],
  [/^data volume: this image has no/, 'Install the package e2fsprogs in the image.'],
  [/^data volume: .* mount point already/, 'The image mounts something there itself: use another `mount`.'],
  [/^data volume/, advice.READ_CONSOLE],
  [/^run-as-user/, 'Correct `run-as-user`: the image has no such user.'],
  [
    /^machine restarted/,
    'The instance was restarted from inside, and a runner serves only one boot. Run the job again.',
  ],
];

/** By the runner program's error. */
const RUNNER_ERRORS: readonly (readonly [RegExp, string])[] = [
  [
    /deprecated/,
    `GitHub refuses runners of this age. ${advice.REBUILD_IMAGE} With \`runner-home-dir\`, install a newer runner there.`,
  ],
  [
    /create a? ?session|no longer exists/,
    "GitHub rejected the runner's configuration: the runner was removed, had been used before, or had waited too long (actions/runner#4726). Run the job again.",
  ],
  [/connect error/, NETWORK],
];

/** @param refusal the error with which the runner program ended */
export function adviseOnPowerOff(reason: string, refusal?: string): string {
  const all = refusal === undefined ? AGENT_REASONS : [...AGENT_REASONS, ...RUNNER_ERRORS];
  const isKnown = ([pattern]: readonly [RegExp, string]) => pattern.test(reason) || pattern.test(refusal ?? '');
  return all.find(isKnown)?.[1] ?? advice.READ_CONSOLE;
}

/** For a running instance whose runner does not connect. @param phase the last boot phase on its console */
export function adviseOnSilence(phase: string | undefined): string {
  if (phase === undefined) {
    return 'The boot hangs, or nothing on the instance reads its user data: an image of your own needs cloud-init, see ami/boot/README.md.';
  }
  return phase === 'runner-start' ? NETWORK : advice.READ_CONSOLE;
}
