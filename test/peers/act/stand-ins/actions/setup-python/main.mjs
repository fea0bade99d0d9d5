/** This machine's Python in a virtual environment of the job's own, first in PATH. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { addPath, input, setOutput } from '../../action.mjs';

const folder = join(process.env.RUNNER_TEMP, 'python');
execFileSync('virtualenv', ['--quiet', '--no-download', folder], { stdio: 'inherit' });
addPath(join(folder, 'bin'));
const version = execFileSync(join(folder, 'bin/python'), ['-c', 'import platform; print(platform.python_version())'], {
  encoding: 'utf8',
}).trim();
console.log(`Asked for Python ${input('python-version') || 'of any version'}, this machine has ${version}.`);
setOutput('python-version', version);
setOutput('python-path', join(folder, 'bin/python'));
