import type { Command } from './commands.js';

const PREFIX = 'npm run ami --';

export function describeCommands(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.entries(commands).flatMap(([name, { usage, summary }]) => [
    `  ${name} ${usage}`,
    `      ${summary}`,
  ]);
  return [
    `${PREFIX} COMMAND [options]`,
    '',
    'Keeps the images that ami/ builds. P is amd64, arm64 or cuda. Credentials and region come from where the AWS CLI',
    'finds them. The exit code is 0, 1 when something failed, 2 when the command cannot be understood.',
    '',
    ...lines,
    '',
    `${PREFIX} COMMAND --help says more.`,
  ].join('\n');
}

export function describeCommand(name: string, { usage, summary, about, options }: Command): string {
  const width = Math.max(...Object.keys(options).map((option) => option.length));
  const lines = Object.entries(options).map(([option, { description, takes, defaultText, required, isFlag }]) => {
    const notes = [
      ...(isFlag ? [] : [`Takes: ${takes}.`]),
      ...(required ? ['Required.'] : []),
      ...(defaultText === undefined || isFlag ? [] : [`Default: ${defaultText}.`]),
    ];
    return `  ${option.padEnd(width)}  ${[description, ...notes].join(' ')}`;
  });
  return [
    `${PREFIX} ${name} ${usage}`,
    '',
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    about,
    '',
    ...lines,
  ].join('\n');
}
