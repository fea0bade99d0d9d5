/**
 * `uses: ./.github/workflows/…` of a job, as a step: the inputs and secrets that the job passes come as `CALL_INPUT:name`
 * and `CALL_SECRET:name`, the outputs of the called workflow go into this step's.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { input, setOutput } from '../../action.mjs';

/** What the job that the workflow gets for this prints. */
const OUTPUTS = 'act-outputs ';

const { program, args, secretFile } = JSON.parse(process.env.ACT_COMMAND);
const folder = mkdtempSync(join(process.env.RUNNER_TEMP, 'call-'));
const inputFile = write('inputs.yml', pick('CALL_INPUT:'));
const secrets = process.env.CALL_SECRETS === 'inherit' ? secretFile : write('secrets.yml', pick('CALL_SECRET:'));
const files = ['--input-file', inputFile, '--secret-file', secrets, '--workflows', input('workflow')];
const act = spawn(program, [...args, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
for await (const line of createInterface({ input: act.stdout })) {
  console.log(line);
  readOutputs(line);
}
process.exitCode = await new Promise((resolve) =>
  act.exitCode === null ? act.once('exit', resolve) : resolve(act.exitCode),
);

function pick(prefix) {
  const given = Object.entries(process.env).filter(([name, text]) => name.startsWith(prefix) && text !== '');
  return Object.fromEntries(given.map(([name, text]) => [name.slice(prefix.length), text]));
}

/** JSON is YAML. */
function write(name, values) {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(values));
  return path;
}

/** Only of the workflow itself: what it calls in turn speaks in lines of lines. */
function readOutputs(line) {
  const { msg = '', raw_output: raw } = JSON.parse(line);
  if (!raw || !msg.startsWith(OUTPUTS)) return;
  for (const [name, text] of Object.entries(JSON.parse(msg.slice(OUTPUTS.length)))) setOutput(name, text);
}
