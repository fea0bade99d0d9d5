/** uv is on this machine already. */
import { execFileSync } from 'node:child_process';

console.log(execFileSync('uv', ['--version'], { encoding: 'utf8' }).trim());
