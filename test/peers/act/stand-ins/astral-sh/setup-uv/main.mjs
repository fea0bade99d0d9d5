/** Only prints the version, because uv is already installed on this machine. */
import { execFileSync } from 'node:child_process';

console.log(execFileSync('uv', ['--version'], { encoding: 'utf8' }).trim());
