/** Copies the folder of one artifact, which the stand-in for actions/upload-artifact has written. */
import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, input, setOutput } from '../../action.mjs';

const { ACT_ARTIFACTS, GITHUB_WORKSPACE } = process.env;
const name = input('name');
const from = join(ACT_ARTIFACTS, name);
const to = resolve(GITHUB_WORKSPACE, input('path'));
// The real action takes all artifacts of the run without a name.
if (name === '' || !existsSync(from)) fail(`Unable to download artifact(s): Artifact not found for name: ${name}`);
cpSync(from, to, { recursive: true });
setOutput('download-path', to);
