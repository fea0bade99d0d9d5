import { readBootPhases, tailConsole, type BootPhase } from '../kernel/boot-phases.js';
import { messageOf } from '../kernel/failure.js';
import type { Ec2 } from '../ports/ec2.js';

/** `launchedAt`: epoch ms. */
export interface LaunchedInstance {
  readonly id: string;
  readonly launchedAt: number;
}

/** One line of a runner: `2026-11-27 20:09:02Z: Job build (amd64) completed with result: Succeeded`. */
export interface ConsoleJobEnd {
  /** The number of the runner on an instance that has several; otherwise ''. */
  readonly runner: string;
  readonly name: string;
  /** `Succeeded`, `Failed`, `Canceled`, … */
  readonly result: string;
  /** Epoch ms. */
  readonly at?: number;
}

/** What an instance's console shows of its last boot: how far the boot came, and why the instance powered off. */
export interface ConsoleOutput {
  readonly phases: readonly BootPhase[];
  /** The boot agent's reason for powering off, if it gave one. */
  readonly reason?: string;
  /** The error with which the runner program ended, if it printed one. */
  readonly refusal?: string;
  /** The ends of jobs that runners printed, in order. */
  readonly jobEnds: readonly ConsoleJobEnd[];
  /** For people: the phases and the last lines, or why there are none. */
  readonly lines: readonly string[];
}

const SHOWN = 15;

const JOB_END =
  /ci-actions runner(?: (\d+)[^:]*)?: (?:(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)Z: )?Job (.*) completed with result: (\w+)$/;

// Source: actions/runner, Runner.Listener: Program.cs and MessageListener.cs.
const REFUSAL =
  /^ci-actions runner: .*?(An error occurr?ed: .*|Failed to create a? ?session.*|Runner connect error: .*|The runner no longer exists on the server.*)$/;

/**
 * Reads and parses an instance's console. Never fails: if the console cannot be read, the lines say why.
 *
 * @param isEnded whether the instance has ended; asked only when the console is empty
 */
export async function readConsoleOutput(
  instance: LaunchedInstance,
  ec2: Pick<Ec2, 'readConsole'>,
  isEnded: () => Promise<boolean> | boolean,
): Promise<ConsoleOutput> {
  try {
    const latest = await ec2.readConsole(instance.id);
    // While the instance lives, EC2 returns the latest lines. For an hour after its end, EC2 returns the text that was
    // posted by then.
    const isPosted = latest === '' && (await isEnded());
    return parseConsole(isPosted ? await ec2.readConsole(instance.id, 'posted') : latest, instance);
  } catch (error) {
    return unreadable(error);
  }
}

/** The output of a console that could not be read. */
export function unreadable(error: unknown): ConsoleOutput {
  return { phases: [], jobEnds: [], lines: [`Console: could not be read: ${messageOf(error)}`] };
}

function parseConsole(text: string, { launchedAt }: LaunchedInstance): ConsoleOutput {
  const every = readBootPhases(text);
  // An instance of a pool has booted before, for its warm-up. The phases of that boot are left out.
  const phases = every.slice(every.findLastIndex(({ detail }) => detail === 'warmed up') + 1);
  const lines = tailConsole(text, Infinity);
  const reason = phases.findLast(({ name }) => name === 'power-off')?.detail;
  const refusal = lines.flatMap((line) => REFUSAL.exec(line)?.[1] ?? []).at(-1);
  return {
    phases,
    ...(reason !== undefined && { reason }),
    ...(refusal !== undefined && { refusal }),
    jobEnds: lines.flatMap(readJobEnd),
    lines: [
      `Boot phases, in seconds after the launch: ${describePhases(phases, launchedAt)}`,
      ...(text === ''
        ? [
            'Console: empty. Some instance types show their console only minutes after the boot; EC2 keeps it for an hour.',
          ]
        : lines.slice(-SHOWN).map((line) => `console: ${line}`)),
    ],
  };
}

function readJobEnd(line: string): ConsoleJobEnd[] {
  const [, runner = '', day, time, name, result] = JOB_END.exec(line) ?? [];
  if (name === undefined || result === undefined) return [];
  const at = Date.parse(`${day}T${time}Z`);
  return [{ runner, name, result, ...(Number.isFinite(at) && { at }) }];
}

function describePhases(phases: readonly BootPhase[], launchedAt: number): string {
  if (phases.length === 0) return 'none seen; the boot agent has not started';
  return phases.map(({ name, at }) => `${name} ${((at - launchedAt) / 1000).toFixed(1)}`).join(', ');
}
