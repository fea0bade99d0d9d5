import { readBootPhases, tailConsole, type BootPhase } from '../kernel/boot-phases.js';
import { messageOf } from '../kernel/failure.js';
import type { Ec2 } from '../ports/ec2.js';

/** A machine as far as its console is concerned; `launchedAt` in epoch ms. */
export interface Machine {
  readonly id: string;
  readonly launchedAt: number;
}

/** What a machine said on its console: how far its boot came, why it went off. */
export interface LastWords {
  /** Of the last boot. */
  readonly phases: readonly BootPhase[];
  /** The boot agent's own reason for powering off, if it gave one. */
  readonly reason?: string;
  /** The runner program's own words for why it ended, if it gave any. */
  readonly refusal?: string;
  /** For a person to read: the phases and the last lines, or why there are none. */
  readonly lines: readonly string[];
}

const SHOWN = 15;

// Source: actions/runner, Runner.Listener: Program.cs and MessageListener.cs.
const REFUSAL =
  /^ci-actions runner: .*?(An error occurr?ed: .*|Failed to create a? ?session.*|Runner connect error: .*|The runner no longer exists on the server.*)$/;

/** Never fails: a machine that cannot be heard is explained as far as possible, and why it can't be heard is told. */
export async function readLastWords(
  machine: Machine,
  ec2: Pick<Ec2, 'readConsole'>,
  isEnded: () => Promise<boolean> | boolean,
): Promise<LastWords> {
  try {
    const latest = await ec2.readConsole(machine.id);
    // EC2 promises the latest lines for as long as the instance lives, and for an hour after its end what was posted then.
    return hear(latest === '' && (await isEnded()) ? await ec2.readConsole(machine.id, 'posted') : latest, machine);
  } catch (error) {
    return { phases: [], lines: [`Console: could not be read: ${messageOf(error)}`] };
  }
}

function hear(text: string, { launchedAt }: Machine): LastWords {
  const every = readBootPhases(text);
  // One from a pool has booted before, to be warmed up.
  const phases = every.slice(every.findLastIndex(({ detail }) => detail === 'warmed up') + 1);
  const reason = phases.findLast(({ name }) => name === 'power-off')?.detail;
  const refusal = tailConsole(text, Infinity)
    .flatMap((line) => REFUSAL.exec(line)?.[1] ?? [])
    .at(-1);
  return {
    phases,
    ...(reason !== undefined && { reason }),
    ...(refusal !== undefined && { refusal }),
    lines: [
      `Boot phases, in seconds after the launch: ${describePhases(phases, launchedAt)}`,
      ...(text === ''
        ? ['Console: nothing. Some instance types show it only minutes after the boot; EC2 keeps it for an hour.']
        : tailConsole(text, SHOWN).map((line) => `console: ${line}`)),
    ],
  };
}

function describePhases(phases: readonly BootPhase[], launchedAt: number): string {
  if (phases.length === 0) return 'none seen; the boot agent has not started';
  return phases.map(({ name, at }) => `${name} ${((at - launchedAt) / 1000).toFixed(1)}`).join(', ');
}
