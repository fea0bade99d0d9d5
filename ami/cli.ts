/** `npm run ami -- COMMAND`: keeps the images. See `--help` and ami/cli/README.md. */
import { runCommand } from './cli/run.js';

process.exitCode = await runCommand(process.argv.slice(2));
