import type { Sandbox } from '../../sandbox/sandbox.js';
import type { Stage } from './stage.js';

const PATIENCE_MS = 10_000;

/** Checks in the sandbox's own state that nothing is left in EC2 and GitHub after the stop. @returns whether that is so */
export async function proveNothingIsLeft(sandbox: Sandbox, stage: Stage): Promise<boolean> {
  // EC2 needs a moment to terminate. A leak would still exist afterwards.
  await untilClean(sandbox);
  const leftBehind = listLeftBehind(sandbox);
  if (leftBehind.length > 0) stage.print(`LEFT BEHIND: ${leftBehind.join(', ')}`);
  else {
    const launched = sandbox.ec2.instances().length;
    stage.print(
      `Nothing is left: ${launched} instance${launched === 1 ? '' : 's'} terminated, no volume, no spot request, no runner.`,
    );
  }
  return leftBehind.length === 0;
}

/** Checks after each event until nothing is left, for at most {@link PATIENCE_MS}. */
async function untilClean(sandbox: Sandbox): Promise<void> {
  if (listLeftBehind(sandbox).length === 0) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, PATIENCE_MS);
    const stopListening = sandbox.on(() => listLeftBehind(sandbox).length === 0 && done());
    function done(): void {
      clearTimeout(timer);
      stopListening();
      resolve();
    }
  });
}

function listLeftBehind(sandbox: Sandbox): string[] {
  return [
    ...sandbox.ec2
      .instances()
      .filter(({ state }) => state !== 'terminated')
      .map(({ id, state }) => `instance ${id} (${state})`),
    ...[...sandbox.ec2.volumes.keys()].map((id) => `volume ${id}`),
    ...[...sandbox.ec2.spotRequests.values()]
      .filter(({ state }) => state === 'open' || state === 'active')
      .map(({ id, state }) => `spot request ${id} (${state})`),
    ...sandbox.github.runners().map(({ name }) => `runner ${name}`),
  ];
}

const SHOWN = 40;

/** Prints the events with their seconds since the first request, as points on one scale. */
export function printTimeline(sandbox: Sandbox, stage: Stage): void {
  const begin = sandbox.requests[0]?.at;
  if (begin === undefined) return;
  const events = sandbox.events.filter(({ at }) => at >= begin);
  const end = Math.max(...events.map(({ at }) => at), begin + 1);
  stage.print('Timeline (seconds since the first request):');
  for (const event of events.slice(0, SHOWN)) {
    const at = (event.at - begin) / 1000;
    const column = Math.round(((event.at - begin) / (end - begin)) * 40);
    const subject =
      'instance' in event ? event.instance : [event.runner, event.job, event.detail].filter(Boolean).join(' ');
    stage.print(`  ${at.toFixed(2).padStart(6)}  ${`${' '.repeat(column)}●`.padEnd(42)} ${event.name} ${subject}`);
  }
  if (events.length > SHOWN) stage.print(`  … and ${events.length - SHOWN} more`);
  const calls = new Map<string, number>();
  for (const { operation } of sandbox.requests) calls.set(operation, (calls.get(operation) ?? 0) + 1);
  stage.print(`Requests: ${[...calls].map(([operation, times]) => `${times} × ${operation}`).join(', ')}`);
}
