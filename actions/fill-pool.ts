import { collectFields } from '../src/core/inputs/fields.js';
import { describeUnknown, parseInputs, pickInputs, refuseProblems, type RawInputs } from '../src/core/inputs/inputs.js';
import { countReady, fillPool, listRetired, refuseIncompletePool } from '../src/core/pool/fill.js';
import { estimateIdleDay, summarizeFill } from '../src/core/pool/report.js';
import type { FillRequest } from '../src/core/pool/request.js';
import type { GitHub } from '../src/core/ports/github.js';
import { clock } from '../src/host/clock.js';
import { readContext, type RunContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { connectToEc2, connectToGitHub, type Patient } from './connect.js';
import { inputs, ownInputs } from './fill-pool.inputs.js';
import { readInputs } from './read-inputs.js';
import { composeMachineRequest, loadInputs } from './start-request.js';

/** `fill-pool`. */
export function runFillPool(): Promise<void> {
  const signal = listenForCancellation(
    'Nothing: each launched machine stops by itself and belongs to the pool, and the next run continues from there.',
  );
  return runAction(async () => {
    const log = createLog();
    const { request, github } = await loadFill(readInputs(inputs), readContext(), { log, signal });
    const filled = await fillPool(request, { ...(await connectToEc2({ log, signal })), github, clock, log, signal });
    const cost = estimateIdleDay(filled);
    writeOutputs({
      ready: countReady(filled),
      launched: filled.launched.map(({ id }) => id),
      retired: listRetired(filled),
      'cost-per-idle-day-usd': cost === undefined ? '' : cost.toFixed(4),
    });
    appendSummary(summarizeFill(filled), log);
    refuseIncompletePool(filled);
  });
}

/** @throws Failure `bad-input` with every problem there is */
async function loadFill(
  raw: RawInputs,
  context: RunContext,
  patient: Patient,
): Promise<{ request: FillRequest; github: GitHub }> {
  const { values, problems } = parseInputs(ownInputs, pickInputs(raw, Object.keys(ownInputs)));
  const unknown = Object.keys(raw).filter((name) => !Object.hasOwn(inputs, name));
  const sharedNames = Object.keys(inputs).filter((name) => !Object.hasOwn(ownInputs, name));
  const loaded = await loadInputs(pickInputs(raw, sharedNames), context, {
    connect: (credentials, scope) => connectToGitHub(credentials, { context, scope, ...patient }),
    problems: [...problems, ...unknown.map((name) => describeUnknown(name, Object.keys(inputs)))],
  });
  // A preset may set the pool.
  const { pool = '', 'runner-group': runnerGroup } = loaded.values;
  refuseProblems(pool === '' ? ['`pool` is empty; allowed: the name that start-runner uses, too.'] : []);
  const request: FillRequest = {
    run: context,
    id: nonce(8),
    pool,
    scope: loaded.scope,
    runnerGroup,
    machine: composeMachineRequest(loaded),
    ...collectFields(ownInputs, values, 'fill'),
  };
  return { request, github: loaded.github };
}
