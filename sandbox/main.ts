/** `npm run sandbox`: keeps a sandbox for programs of any language. See `--help`. */
import { runCommandLine } from '../src/terminal/command-line.js';
import { startInBackground } from './cli/detach.js';
import { sandboxCommandLine } from './cli/options.js';
import { start } from './cli/start.js';
import { stop } from './cli/stop.js';

const argv = process.argv.slice(2);

process.exitCode = await runCommandLine(sandboxCommandLine, argv, async ({ values, positionals: [command] }) => {
  if (command === 'stop') return stop(values);
  if (!values.detach) return start(values);
  return startInBackground(
    argv.filter((one) => !one.startsWith('--detach')),
    values,
  );
});
