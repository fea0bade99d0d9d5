import type { BootPhase } from '../kernel/boot-phases.js';
import { linkRun } from '../kernel/identity.js';
import { openShell } from '../kernel/machine-commands.js';
import { code, details, table } from '../kernel/markdown.js';
import { describePlan } from '../machine/refusals.js';
import type { Plan } from '../ports/ec2.js';
import type { StartRequest } from './request.js';
import { listOffline, type JoinedMachine, type Started, type StartedInstance } from './started.js';

interface StartFacts {
  readonly request: StartRequest;
  readonly label: string;
  /** The boot phases of the first instance. */
  readonly phases: readonly BootPhase[];
}

/** The job summary of a start, in Markdown. */
export function summarizeStart(started: Started, about: StartFacts): string {
  if (started.joined) return summarizeJoined(started.joined, about);
  const { requestedAt } = started;
  const hasRoles = started.instances.some(({ runners }) => runners.some(({ role }) => role !== undefined));
  const rows = started.instances.flatMap((one) =>
    one.runners.map(({ name, role = '', onlineAt }) => [
      code(name),
      ...(hasRoles ? [role] : []),
      one.instance.id,
      one.plan.instanceType,
      one.resumed ? `${one.plan.market}, from the pool` : one.plan.market,
      one.plan.subnetId ?? 'default',
      one.region,
      seconds(one.launchedAt - requestedAt),
      one.runningAt === undefined ? '' : seconds(one.runningAt - requestedAt),
      onlineAt === undefined ? 'not waited for' : seconds(onlineAt - requestedAt),
    ]),
  );
  return [
    '### Runners started',
    '',
    `\`runs-on: ${hasRoles ? listUnique(started).join('`, `') : about.label}\`, ${describeImages(started.regionSetups)}. Times are seconds since the request; "running" is when it was first seen.`,
    '',
    table(['Runner', ...(hasRoles ? ['Role'] : []), ...HEADINGS], rows),
    '',
    drawTimeline(started, about.phases),
    '',
    ...describeAccess(started.instances, about.request),
    ...describeRefusals(started),
  ].join('\n');
}

function summarizeJoined({ started, label, runId }: JoinedMachine, { request }: StartFacts): string {
  const { instance, region, runners } = started;
  const rows = runners.map(({ name }) => [code(name), instance.id, instance.type, instance.market, region]);
  return [
    '### Machine joined',
    '',
    `\`runs-on: ${label}\`: machine ${request.machineName} runs already. Run [${runId}](${linkRun(request.run, runId)}) started it and ends it; nothing was launched.`,
    '',
    table(['Runner', 'Instance', 'Type', 'Market', 'Region'], rows),
    '',
    ...describeAccess([started], request),
  ].join('\n');
}

/** The command for a shell on each machine, if the request asks for it. Markdown. */
function describeAccess(started: readonly StartedInstance[], { access }: StartRequest): string[] {
  if (access !== 'ssm') return [];
  const commands = started.map(({ instance, region }) => openShell({ id: instance.id, region }));
  return ['A shell on the machine, by AWS Systems Manager:', '', '```shell', ...commands, '```', ''];
}

const HEADINGS = ['Instance', 'Type', 'Market', 'Subnet', 'Region', 'Launched', 'Running', 'Online'];

/** The unique label of each role. */
function listUnique({ instances }: Started): readonly string[] {
  return [...new Set(instances.flatMap(({ runners }) => runners.map(({ labels }) => labels[0]!)))];
}

/** The job summary of a dry run, in Markdown. */
export function summarizePlans(plans: readonly Plan[], regionSetups: Started['regionSetups']): string {
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
    `${describeImages(regionSetups)}. EC2 would accept the launch. The plans, in the order in which they would be tried:`,
    '',
    table(['', 'Type', 'Subnet', 'Region', 'Market'], rows),
    '',
  ].join('\n');
}

function describeImages(regionSetups: Started['regionSetups']): string {
  const images = [...regionSetups.values()].map(({ region, image }) => `image ${image.id} in ${region}`);
  return [...new Set(images)].join(', ');
}

/** At most 20 instances: a longer chart is unreadable. */
function drawTimeline(started: Started, phases: readonly BootPhase[]): string {
  const lines = started.instances
    .slice(0, 20)
    .flatMap((one, index) => drawInstance(one, started.requestedAt, index === 0 ? phases : []));
  // Seconds since the request, written as a date's seconds: Mermaid has no axis of plain numbers.
  return ['```mermaid', 'gantt', '  dateFormat x', '  axisFormat %M:%S', ...lines, '```'].join('\n');
}

function drawInstance(one: StartedInstance, requestedAt: number, phases: readonly BootPhase[]): string[] {
  const isOnline = listOffline(one).length === 0;
  const agentAt = phases.find(({ name }) => name === 'agent')?.at;
  const marks: [string, number | undefined][] = [
    ['requested', requestedAt],
    ['launched', one.launchedAt],
    ['running', one.runningAt],
    ['agent', agentAt],
    ['online', isOnline ? Math.max(...one.runners.map(({ onlineAt }) => onlineAt!)) : undefined],
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
  const refused = started.refused.map(
    ({ plan, refusal }) => `- ${describePlan(plan)}: \`${refusal.code}\` ${refusal.message}`,
  );
  return details('Plans that EC2 refused', refused);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
