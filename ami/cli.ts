/** `npm run ami -- COMMAND`: makes and manages the runner images. See `--help` and ami/README.md. */
import { runCommand } from './cli/run.js';

process.exitCode = await runCommand(process.argv.slice(2));
