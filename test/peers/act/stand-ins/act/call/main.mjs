/**
 * Replaces a job's `uses: ./.github/workflows/…` with a step. `CALL_INPUT:name` and `CALL_SECRET:name` hold the inputs and
 * secrets that the job passes. The outputs of the called workflow become outputs of this step.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { input, setOutput } from '../../action.mjs';

/** Starts the line that the added job `act-outputs` prints. */
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
  const values = Object.entries(process.env).filter(([name, text]) => name.startsWith(prefix) && text !== '');
  return Object.fromEntries(values.map(([name, text]) => [name.slice(prefix.length), text]));
}

/** JSON is valid YAML. */
function write(name, values) {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(values));
  return path;
}

/** Reads only the outputs of the workflow itself. Lines of workflows that it calls are nested one level deeper. */
function readOutputs(line) {
  const { msg = '', raw_output: raw } = JSON.parse(line);
  if (!raw || !msg.startsWith(OUTPUTS)) return;
  for (const [name, text] of Object.entries(JSON.parse(msg.slice(OUTPUTS.length)))) setOutput(name, text);
}
