import type { Sandbox } from '../../sandbox/sandbox.js';
import type { Stage } from './stage.js';

const PATIENCE_MS = 10_000;

/** Looks behind the APIs: nothing of EC2 or GitHub may be left once the stop has done its work. */
export async function proveNothingIsLeft(sandbox: Sandbox, stage: Stage): Promise<boolean> {
  // Terminating takes EC2 a moment; a leak would still be there at the end of it.
  await untilClean(sandbox);
  const remains = listRemains(sandbox);
  if (remains.length > 0) stage.say(`LEFT BEHIND: ${remains.join(', ')}`);
  else {
    const launched = sandbox.ec2.instances().length;
    stage.say(
      `Nothing is left: ${launched} instance${launched === 1 ? '' : 's'} terminated, no volume, no spot request, no runner.`,
    );
  }
  return remains.length === 0;
}

/** Looks again after each event, until there is nothing left or {@link PATIENCE_MS} are over. */
async function untilClean(sandbox: Sandbox): Promise<void> {
  if (listRemains(sandbox).length === 0) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, PATIENCE_MS);
    const forget = sandbox.on(() => listRemains(sandbox).length === 0 && done());
    function done(): void {
      clearTimeout(timer);
      forget();
      resolve();
    }
  });
}

function listRemains(sandbox: Sandbox): string[] {
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

/** What happened when, in seconds since the first launch, as bars of equal scale. */
export function printTimeline(sandbox: Sandbox, stage: Stage): void {
  const begin = sandbox.requests[0]?.at;
  if (begin === undefined) return;
  const events = sandbox.events.filter(({ at }) => at >= begin);
  const end = Math.max(...events.map(({ at }) => at), begin + 1);
  stage.say('Timeline (seconds since the first request):');
  for (const event of events.slice(0, SHOWN)) {
    const at = (event.at - begin) / 1000;
    const column = Math.round(((event.at - begin) / (end - begin)) * 40);
    const subject =
      'instance' in event ? event.instance : [event.runner, event.job, event.detail].filter(Boolean).join(' ');
    stage.say(`  ${at.toFixed(2).padStart(6)}  ${`${' '.repeat(column)}●`.padEnd(42)} ${event.name} ${subject}`);
  }
  if (events.length > SHOWN) stage.say(`  … and ${events.length - SHOWN} more`);
  const calls = new Map<string, number>();
  for (const { operation } of sandbox.requests) calls.set(operation, (calls.get(operation) ?? 0) + 1);
  stage.say(`Requests: ${[...calls].map(([operation, times]) => `${times} × ${operation}`).join(', ')}`);
}
