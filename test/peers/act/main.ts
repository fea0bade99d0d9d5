/** `npm run lab -- act WORKFLOW`: runs a printed workflow on act against a new sandbox. See `--help`. */
import { readOrExit } from '../../../src/terminal/command-line.js';
import { flag, repeated, text } from '../../../src/terminal/options.js';
import { listPrinted } from './suite-copy.js';
import { renderTime, splitTime } from './timeline.js';
import { ActWorld } from './world.js';

const workflows = listPrinted();
const { values, positionals } = readOrExit({
  command: 'npm run lab -- act',
  description: `Runs a printed workflow on act against a new sandbox, and prints act's whole output. Needs the programs
that scripts/peers.sh installs. Workflows: ${workflows.join(', ')}.`,
  options: {
    secret: repeated('A secret of the workflow.', text('NAME=VALUE', { matches: /^[^=]+=/, allowed: 'NAME=VALUE' })),
    apart: flag('Run each called workflow in a separate act, so that a failed call does not end the caller.'),
    time: flag('Print how long each part of the run took.'),
  },
  positionals: {
    description: 'The workflow, then its inputs as NAME=VALUE.',
    kind: text('WORKFLOW'),
    least: 1,
    most: 100,
  },
});
const [workflow = '', ...inputs] = positionals;
if (!workflows.includes(workflow)) {
  console.error(`Unknown workflow "${workflow}". Use one of: ${workflows.join(', ')}.`);
  process.exit(2);
}

const inputValues = readPairs(inputs);
const world = await ActWorld.open(workflows);
try {
  let shown = 0;
  const run = await world.dispatch({
    workflow,
    inputs: inputValues,
    secrets: readPairs(values.secret),
    calls: values.apart ? 'apart' : 'own',
    onLine: ({ lines }) => {
      for (; shown < lines.length; shown++) console.log(lines[shown]);
    },
  });
  console.log(`\n${run.log.summaries}\n`);
  for (const { path, result } of run.log.jobs) console.log(`${(result ?? 'unfinished').padEnd(10)} ${path}`);
  if (values.time) console.log(`\n${renderTime(splitTime(run, inputValues['runs-on'] ? 'elsewhere' : 'EC2'))}`);
  console.log(`\n${run.code === 0 ? 'green' : 'red'} after ${run.seconds.toFixed(1)} s`);
  process.exitCode = run.code ?? 1;
} finally {
  await world.close();
}

function readPairs(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0]!, pair.slice(pair.indexOf('=') + 1)]));
}
