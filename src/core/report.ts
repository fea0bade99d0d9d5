import type { BootPhase } from './boot-phases.js';
import type { Explanation } from './explain.js';
import { describePlan } from './launch.js';
import type { Plan } from './ports.js';
import type { StartedRunner } from './attempt.js';
import type { Started } from './start.js';
import type { Stopped } from './stop.js';

/** Job summaries: GitHub-flavoured Markdown, written on success and on failure. */

export function summariseStart(started: Started, about: { label: string; phases: readonly BootPhase[] }): string {
  const rows = started.runners.map((one) => [
    `\`${one.runner.name}\``,
    one.instance.id,
    one.plan.instanceType,
    one.resumed ? `${one.plan.market}, from the pool` : one.plan.market,
    one.plan.subnetId ?? 'default',
    one.region,
    seconds(one.launchedAt - started.requestedAt),
    one.runningAt === undefined ? '' : seconds(one.runningAt - started.requestedAt),
    one.onlineAt === undefined ? 'not waited for' : seconds(one.onlineAt - started.requestedAt),
  ]);
  return [
    '### Runners started',
    '',
    `\`runs-on: ${about.label}\`, ${describeImages(started.sites)}. Times are seconds since the request; "running" is when it was first seen.`,
    '',
    table(['Runner', 'Instance', 'Type', 'Market', 'Subnet', 'Region', 'Launched', 'Running', 'Online'], rows),
    '',
    drawTimeline(started, about.phases),
    '',
    ...describeRefusals(started),
  ].join('\n');
}

export function summariseStop(stopped: Stopped): string {
  return [...tabulateStopped(stopped), ...tabulateKept(stopped), ...listExplanations(stopped.explanations)].join('\n');
}

function tabulateStopped(stopped: Stopped): string[] {
  const isAllKnown = stopped.kept.length + stopped.refusals.length + stopped.explanations.length === 0;
  const nothing = isAllKnown ? 'No instance of this request is left.' : 'EC2 confirmed no termination.';
  if (stopped.instances.length === 0) return ['### Nothing to stop', '', nothing, ''];
  const rows = stopped.instances.map(({ instance, lifetimeMs }) => [
    instance.id,
    instance.type,
    instance.market,
    `${(lifetimeMs / 60_000).toFixed(1)} min`,
  ]);
  return ['### Runners stopped', '', table(['Instance', 'Type', 'Market', 'Lifetime'], rows), ''];
}

function tabulateKept({ kept }: Stopped): string[] {
  if (kept.length === 0) return [];
  const rows = kept.map(({ instance, why, endsBy }) => [instance.id, instance.type, why, endsBy]);
  return ['### Left to other jobs of this run', '', table(['Instance', 'Type', 'Why', 'Ends by itself'], rows), ''];
}

function listExplanations(explanations: readonly Explanation[]): string[] {
  if (explanations.length === 0) return [];
  return ['### Runners that took no job', '', ...explanations.flatMap(renderExplanation)];
}

function renderExplanation({ what, evidence, hint, lines }: Explanation): string[] {
  const said = ['<details><summary>What the machine said</summary>', '', ...fence(lines), '</details>', ''];
  return [
    `**${what}**`,
    '',
    `What to do: ${hint}`,
    '',
    `Known from ${evidence}.`,
    '',
    ...(lines.length > 0 ? said : []),
  ];
}

export function summarisePlans(plans: readonly Plan[], sites: Started['sites']): string {
  const rows = plans.map((plan, index) => [
    String(index + 1),
    plan.instanceType,
    plan.subnetId ?? 'default',
    plan.region,
    plan.market,
  ]);
  return [
    '### Dry run: nothing was launched',
    '',
    `${describeImages(sites)}. EC2 would accept the launch. The plans, in the order in which they would be tried:`,
    '',
    table(['', 'Type', 'Subnet', 'Region', 'Market'], rows),
    '',
  ].join('\n');
}

export function summariseFailure(failure: {
  code: string;
  message: string;
  hint: string;
  details: readonly string[];
}): string {
  return [
    `### Failed: ${failure.message}`,
    '',
    `**What to do:** ${failure.hint}`,
    '',
    ...(failure.details.length > 0 ? fence(failure.details) : []),
    `Code: \`${failure.code}\``,
    '',
  ].join('\n');
}

function describeImages(sites: Started['sites']): string {
  return [...sites.values()].map(({ region, image }) => `image ${image.id} in ${region}`).join(', ');
}

/** At most 20 runners: a longer chart can't be read. */
function drawTimeline(started: Started, phases: readonly BootPhase[]): string {
  const lines = started.runners
    .slice(0, 20)
    .flatMap((one, index) => drawRunner(one, started.requestedAt, index === 0 ? phases : []));
  // Seconds since the request, written as a date's seconds: Mermaid has no axis of plain numbers.
  return ['```mermaid', 'gantt', '  dateFormat x', '  axisFormat %M:%S', ...lines, '```'].join('\n');
}

function drawRunner(one: StartedRunner, requestedAt: number, phases: readonly BootPhase[]): string[] {
  const agentAt = phases.find(({ name }) => name === 'agent')?.at;
  const marks: [string, number | undefined][] = [
    ['requested', requestedAt],
    ['launched', one.launchedAt],
    ['running', one.runningAt],
    ['agent', agentAt],
    ['online', one.onlineAt],
  ];
  const seen = marks
    .flatMap(([name, at]) => (at === undefined ? [] : [{ name, at: at - requestedAt }]))
    .toSorted((a, b) => a.at - b.at);
  const bars = seen
    .slice(1)
    .map(
      ({ name, at }, index) =>
        `  ${name} : ${Math.round(seen[index]!.at)}, ${Math.max(Math.round(at), Math.round(seen[index]!.at) + 1)}`,
    );
  return [`  section ${one.instance.id}`, ...bars];
}

function describeRefusals(started: Started): string[] {
  if (started.refused.length === 0) return [];
  return [
    '<details><summary>Plans that EC2 refused</summary>',
    '',
    ...started.refused.map(({ plan, refusal }) => `- ${describePlan(plan)}: \`${refusal.code}\` ${refusal.message}`),
    '',
    '</details>',
    '',
  ];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Longer than any fence of a console's own. */
function fence(lines: readonly string[]): string[] {
  return ['``````text', ...lines, '``````', ''];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
