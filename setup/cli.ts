/** `npm run setup`: sets up a repository for jobs on EC2 machines. See `--help` and docs/set-up.md. */
import { runCommandLine } from '../src/terminal/command-line.js';
import { setupCommandLine, toRequest } from './options.js';
import { runSetup } from './run.js';

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const)
  process.once(signal, () => {
    process.stderr.write('\nInterrupted. Run the same command again: it goes on from here.\n');
    process.exit(128 + number);
  });

process.exitCode = await runCommandLine(setupCommandLine, process.argv.slice(2), ({ values }) =>
  runSetup(toRequest(values)),
);
