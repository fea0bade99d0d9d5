import type { Explanation } from '../diagnosis/explanation.js';
import { renderCost, type MachineCost } from '../kernel/costs.js';
import { code, details, fence, table } from '../kernel/markdown.js';
import type { Bill } from './bill.js';
import { summarizeBill, tabulateCosts } from './bill-report.js';
import { describeFailed } from './failed-report.js';
import type { StoppedInstance, StopResult } from './stop.js';

export function summarizeStop(stopped: StopResult): string {
  return [
    ...tabulateStopped(stopped),
    ...tabulateEnded(stopped),
    ...summarizeBill(stopped.bill),
    ...tabulateKept(stopped),
    ...tabulateVolumes(stopped),
    ...describeFailed(stopped.failed),
    ...listExplanations(stopped),
  ].join('\n');
}

function tabulateStopped(stopped: StopResult): string[] {
  const isAllKnown =
    stopped.kept.length + stopped.failed.length + stopped.refusals.length + stopped.explanations.length === 0;
  const nothing = isAllKnown ? 'No instance of this request is left.' : 'EC2 confirmed no termination.';
  if (stopped.instances.length === 0) return ['### Nothing to stop', '', nothing, ''];
  const machines = stopped.instances.map((one) => findCost(one, stopped.bill));
  return ['### Runners stopped', '', ...tabulateCosts(machines)];
}

/** The cost of a machine, or what is known of a machine that belongs to the bill of another stop. */
function findCost({ instance, lifetimeMs }: StoppedInstance, { machines }: Bill): MachineCost {
  const { id, type, market } = instance;
  const times = { minutes: lifetimeMs / 60_000, startUp: null, idleBefore: null, idleAfter: null };
  const unpriced = { instance: id, type, market, region: '', hourly: null, cost: null, ...times };
  return machines.find((one) => one.instance === id) ?? unpriced;
}

/** Machines that had ended before this stop, mostly by themselves after their job. */
function tabulateEnded({ instances, bill }: StopResult): string[] {
  const stopped = new Set(instances.map(({ instance }) => instance.id));
  const ended = bill.machines.filter(({ instance }) => !stopped.has(instance));
  return ended.length === 0 ? [] : ['### Ended before this stop', '', ...tabulateCosts(ended)];
}

function tabulateKept({ kept }: StopResult): string[] {
  if (kept.length === 0) return [];
  const rows = kept.map(({ instance, why, endsBy }) => [instance.id, instance.type, why, endsBy]);
  return ['### Kept for other jobs of this run', '', table(['Instance', 'Type', 'Why', 'Ends by itself'], rows), ''];
}

function tabulateVolumes({ volumes }: StopResult): string[] {
  if (volumes.length === 0) return [];
  const rows = volumes.map(({ key, volumeId, instance, snapshot, why }) => [
    code(key),
    volumeId,
    instance,
    snapshot ?? `none: ${why}`,
  ]);
  return ['### Data volumes, which are kept', '', table(['Volume', 'Id', 'Instance', 'Snapshot'], rows), ''];
}

function listExplanations({ explanations, bill }: StopResult): string[] {
  const [taken, others] = [true, false].map((isTaken) =>
    explanations.filter(({ interruption }) => (interruption !== undefined) === isTaken),
  ) as [Explanation[], Explanation[]];
  return [
    ...(taken.length > 0 ? ['### Taken away by EC2', ''] : []),
    ...taken.flatMap((one) => renderExplanation({ ...one, what: `${one.what}${describeCost(one, bill)}` })),
    ...(others.length > 0 ? ['### Runners that took no job', ''] : []),
    ...others.flatMap(renderExplanation),
  ];
}

/** ` It cost $0.0335.` */
function describeCost({ instanceId }: Explanation, { machines }: Bill): string {
  const machine = machines.find(({ instance }) => instance === instanceId);
  return machine === undefined ? '' : ` It cost ${renderCost(machine)}.`;
}

function renderExplanation({ what, evidence, hint, lines }: Explanation): string[] {
  return [
    `**${what}**`,
    '',
    `What to do: ${hint}`,
    '',
    `Known from ${evidence}.`,
    '',
    ...(lines.length > 0 ? details('Console of the instance', fence(lines)) : []),
  ];
}
