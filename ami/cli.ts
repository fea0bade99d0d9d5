/** `npm run ami -- COMMAND`: makes and manages the runner images. See `--help` and ami/README.md. */
import { runCommand } from '../src/commands/run.js';
import { program } from './cli/commands.js';

process.exitCode = await runCommand(program, process.argv.slice(2));
