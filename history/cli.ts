/** `npm run history -- COMMAND`: imports, shows and prunes the history of figures. See `--help` and docs/result-formats.md. */
import { runCommand } from '../src/commands/run.js';
import importRuns from './import.js';
import prune from './prune.js';
import show from './show.js';

const program = {
  command: 'npm run history --',
  description: [
    'Manages the histories of figures that judge-results compares with. ADDRESS is a file, s3://BUCKET/KEY, branch:NAME or',
    'branch:NAME:PATH. AWS credentials and region are found as the AWS CLI finds them; for a branch, GITHUB_TOKEN, or what',
    'git itself uses. Exit code: 0, 1 if the command failed, 2 for wrong arguments.',
  ],
  commands: { import: importRuns, show, prune },
};

process.exitCode = await runCommand(program, process.argv.slice(2));
