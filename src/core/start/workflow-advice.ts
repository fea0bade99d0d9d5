import type { LabelJob, LabelJobs } from './label-jobs.js';
import { LONGEST_LIFETIME_MINUTES } from '../kernel/bounds.js';
import { plural } from '../kernel/plural.js';

/** What a start gives to the jobs on its label. */
export interface Offer {
  /** Of the workflow file, for the sentences. */
  readonly path: string;
  /** The role that has the label, with its further labels. Absent: the start has no roles. */
  readonly role?: { readonly name: string; readonly labels: readonly string[] };
  /** `Infinity`: they take any number of jobs. */
  readonly runners: number;
  readonly isCountGiven: boolean;
  readonly idleMinutes: number;
  readonly isIdleGiven: boolean;
  readonly startupMinutes: number;
  readonly lifetimeMinutes: number;
}

/** For jobs that ask for labels which the runners of a start do not have, such as `self-hosted`. */
const LABEL_ALONE = '`runs-on: ${{ needs.<job>.outputs.label }}`';

/** Covers most builds that a job waits for. */
const IDLE_MINUTES = 60;

/**
 * What the jobs on the label need and the start does not give, one text each, with the line to write. Each runner takes
 * one job, and each machine has limits, which other actions that start runners do not have.
 */
export function adviseOnJobs(found: LabelJobs, offer: Offer): string[] {
  const problems = [
    ...adviseOnCount(found, offer),
    ...adviseOnIdling(found, offer),
    ...adviseOnLifetime(found, offer),
    ...adviseOnLabels(found, offer),
  ];
  return problems.map(({ what, line }) => `${offer.path}: ${what}\nWhat to do: ${line}`);
}

interface Advice {
  readonly what: string;
  readonly line: string;
}

function adviseOnCount({ jobs, starts }: LabelJobs, { runners, isCountGiven, role }: Offer): Advice[] {
  if (runners === Infinity) return [];
  const needed = jobs.reduce((sum, { count }) => sum + count, 0);
  const isOpen = jobs.some((one) => one.isOpen);
  const names = jobs.map(({ name, count }) => (count > 1 ? `${name} (${count})` : name)).join(', ');
  const what = role === undefined ? 'this start' : `role ${role.name} of this start`;
  const started = `${what} has ${plural(runners, 'runner')}, and a runner takes one job`;
  if (needed > runners * starts) {
    const line =
      role === undefined
        ? `write \`count: ${Math.ceil(needed / starts)}\`${isOpen ? ' or more' : ''} below \`with:\` of this start.`
        : `give role ${role.name} in \`runners\` so many runners by \`count\`, or \`lifetime: run\`.`;
    return [
      {
        what: `${isOpen ? 'at least ' : ''}${plural(needed, 'job')} use the label of ${what} (${names}), but ${started}. The other jobs would wait for a day.`,
        line,
      },
    ];
  }
  if (!isOpen || isCountGiven || role !== undefined) return [];
  const open = `how many jobs use the label of this start is known only later (${names}), and ${started}.`;
  return [{ what: open, line: 'write `count: N` below `with:` of this start, where N is the number of jobs.' }];
}

function adviseOnIdling({ jobs }: LabelJobs, { idleMinutes, isIdleGiven }: Offer): Advice[] {
  const waiting = jobs.filter(({ awaits }) => awaits.length > 0);
  if (waiting.length === 0 || isIdleGiven || idleMinutes >= IDLE_MINUTES) return [];
  const whats = waiting.map(({ name, awaits }) => `${name} also waits for ${[...new Set(awaits)].join(', ')}`);
  const what = `job ${whats.join('; job ')}. A machine without a job powers off after ${idleMinutes} min.`;
  return [{ what, line: `write \`idle-timeout-minutes: ${IDLE_MINUTES}\`, or as long as that may take.` }];
}

/** The lifetime begins with the launch, so it includes the time until the job begins. */
function adviseOnLifetime({ jobs }: LabelJobs, offer: Offer): Advice[] {
  const { lifetimeMinutes, startupMinutes, idleMinutes } = offer;
  const longest = jobs.toSorted((a, b) => b.timeoutMinutes - a.timeoutMinutes)[0];
  if (!longest || longest.timeoutMinutes <= lifetimeMinutes || lifetimeMinutes >= LONGEST_LIFETIME_MINUTES) return [];
  const what = `job ${longest.name} may run for ${longest.timeoutMinutes} min, but a machine powers off ${lifetimeMinutes} min after its launch.`;
  const enough = Math.min(longest.timeoutMinutes + startupMinutes + idleMinutes, LONGEST_LIFETIME_MINUTES);
  return [{ what, line: `write \`max-lifetime-minutes: ${Math.ceil(enough)}\`.` }];
}

function adviseOnLabels({ jobs }: LabelJobs, { role }: Offer): Advice[] {
  const own = (role?.labels ?? []).map((one) => one.toLowerCase());
  const isMissing = (label: string) => !own.includes(label.toLowerCase());
  return jobs.flatMap(({ name, otherLabels }: LabelJob) => {
    const missing = otherLabels.filter(isMissing);
    if (missing.length === 0) return [];
    const asks = `job ${name} also asks for ${missing.join(', ')}, and`;
    return role === undefined
      ? {
          what: `${asks} the runners of this start have one label only. The job would wait for a day.`,
          line: `\`runs-on\` of that job must be the label alone: ${LABEL_ALONE}.`,
        }
      : {
          what: `${asks} the runners of role ${role.name} do not have that label. The job would wait for a day.`,
          line: `add it to \`labels\` of role ${role.name} in \`runners\`, or take it from the job's \`runs-on\`.`,
        };
  });
}

/**
 * For jobs whose `runs-on` has an output of a start with roles, but the label of no role.
 *
 * @param served names of the jobs that a role serves
 */
export function adviseOnNoRole({ jobs }: LabelJobs, served: ReadonlySet<string>, path: string): string[] {
  // Where an expression chooses by the matrix, it may choose a role.
  const names = jobs.filter(({ name, isOpen }) => !served.has(name) && !isOpen).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `${path}: the runners of this start have the labels of their roles, and these jobs ask for another one: ${names.join(', ')}. They would wait for a day.\nWhat to do: write \`runs-on: \${{ fromJSON(needs.<job>.outputs.labels).<role> }}\`.`,
  ];
}

/** A dry run has no label. A job whose `runs-on` is empty fails, and a job with a fixed label waits for a day. */
export function adviseOnDryRun({ jobs }: LabelJobs, { path }: Offer): string[] {
  const unguarded = jobs.filter(({ isGuarded }) => !isGuarded).map(({ name }) => name);
  if (unguarded.length === 0) return [];
  return [
    `${path}: \`dry-run\` starts no runner, so these jobs cannot run: ${unguarded.join(', ')}.\nWhat to do: give each of them \`if: needs.<job>.outputs.label != ''\`, or leave them out while \`dry-run\` is true.`,
  ];
}

/** For a workflow of ec2-github-runner whose jobs could not be found. */
export function describeLimits({ runners, idleMinutes, lifetimeMinutes }: Offer): string {
  return [
    `${plural(runners, 'runner')}, one job each: then the machine ends. It also ends after ${idleMinutes} min without a job, and ${lifetimeMinutes} min after its launch. ec2-github-runner has no such limits.`,
    'Lines that change this: `count: N` for N jobs, `idle-timeout-minutes: 60`, `max-lifetime-minutes: 720`. Machines for several runs: fill-pool.',
    `The runners have one label only, not \`self-hosted\` as well: jobs on them need ${LABEL_ALONE}.`,
  ].join('\n');
}
