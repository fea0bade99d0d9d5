import { join } from 'node:path';
import { parseInputs, refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import { listSecrets } from '../src/core/inputs/secrets.js';
import { Failure } from '../src/core/kernel/failure.js';
import { plural } from '../src/core/kernel/plural.js';
import { collectFiles, collectInterleaved, divideResults, type Collected } from '../src/host/collect-results.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { locateArtifacts } from '../src/host/locate-artifacts.js';
import { createLog } from '../src/host/log.js';
import { readMachine } from '../src/host/measuring-machine.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { inputs } from './collect-results.inputs.js';
import { readInputs } from './read-inputs.js';

type Values = ValuesOf<typeof inputs>;

/** `collect-results`. */
export function runCollectResults(): Promise<void> {
  return runAction(async () => {
    const log = createLog();
    readContext();
    const raw = readInputs(inputs);
    const { values, problems } = parseInputs(inputs, raw);
    const none = values.results === undefined && values.interleaved === undefined;
    refuseProblems([...problems, ...(none ? ['`results` or `interleaved` is required.'] : [])]);
    const folder = locateArtifacts(`results-${nonce(8)}`);
    const collected = await collect(values, folder);
    log.info(`Collected: ${plural(collected.files.length, 'file')}, ${collected.files.slice(0, 20).join(', ')}.`);
    if (collected.stale.length > 0) log.warning(describeStale(collected.stale));
    const texts = Object.fromEntries(Object.entries(raw).map(([name, { text }]) => [name, text]));
    const secrets = [...listSecrets(inputs, texts).names].map(([text, name]) => ({ name, text }));
    const { refuseSecrets } = await import('./phases-export.js');
    await refuseSecrets({ artifacts: folder, secrets });
    const machine = values.interleaved === undefined ? JSON.stringify(await readMachine()) : '';
    // Last: whatever fails before, nothing is uploaded.
    writeOutputs({ machine, folder });
  });
}

/** @throws Failure `results-missing` */
async function collect(values: Values, to: string): Promise<Collected> {
  const { results, artifacts, interleaved, since } = values;
  if (interleaved !== undefined) return collectInterleaved(interleaved, to);
  const places = { directory: join(readContext().workspace, values.directory), artifacts };
  const roots = divideResults(results!.texts, places);
  const collected = await collectFiles(roots, { to, since });
  if (collected.files.length > 0) return collected;
  const { stale, unreadable } = collected;
  const why = stale.length > 0 ? describeStale(stale) : `Searched: ${roots.map(({ path }) => path).join(', ')}.`;
  throw new Failure('results-missing', `No file matches \`results\`, which is ${results!.texts.join(', ')}.`, {
    why,
    hint: 'Have the measurement write its results there, or correct the patterns.',
    details: unreadable.map((one) => `Not readable: ${one}`),
  });
}

function describeStale(stale: readonly string[]): string {
  return `Not counted, because the measurement did not change them: ${stale.slice(0, 20).join(', ')}.`;
}
