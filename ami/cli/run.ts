import { Failure } from '../../src/core/kernel/failure.js';
import { nearest } from '../../src/core/kernel/nearest.js';
import { renderFailure } from '../../src/host/exit.js';
import { readArguments } from './arguments.js';
import { commands } from './commands.js';
import { describeCommand, describeCommands } from './help.js';
import { createTerminal } from './terminal.js';

const FAILED = 1;
const MISUSED = 2;

/** Runs one command to its end. @returns the exit code: 0, 1 when it failed, 2 when it cannot be understood */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const terminal = createTerminal();
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error; // A bug: Node shows where.
    for (const line of error.about.details ?? []) terminal.info(line);
    terminal.error(renderFailure(error));
    if (error.code === 'aws-no-credentials' || error.code === 'aws-no-region') {
      terminal.info('In a shell: `aws sso login` and AWS_PROFILE, or `aws configure`, give both.');
    }
    return error.code === 'bad-input' ? MISUSED : FAILED;
  }
}

async function dispatch(argv: readonly string[], terminal: ReturnType<typeof createTerminal>): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${describeCommands(commands)}\n`);
    return name === undefined ? MISUSED : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw unknownCommand(name);
  const values = readArguments(name, command.options, rest);
  if (values === 'help') process.stdout.write(`${describeCommand(name, command)}\n`);
  else await command.run(values, terminal);
  return 0;
}

function unknownCommand(name: string): Failure {
  const names = Object.keys(commands);
  const near = nearest(name, names);
  return new Failure('bad-input', `\`${name}\` is not a command${near ? `; did you mean \`${near}\`?` : '.'}`, {
    hint: `There are: ${names.join(', ')}. See \`npm run ami -- --help\`.`,
  });
}
