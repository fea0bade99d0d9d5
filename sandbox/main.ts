import { readOrExit } from '../src/terminal/command-line.js';
import { startSandbox, type SandboxEvent } from './sandbox.js';

/** `npm run sandbox`: prints the variables to export, then each event, until Ctrl-C. */
async function main(): Promise<void> {
  const sandbox = await startSandbox({ timeline: { pendingMs: 2000, bootMs: 3000, shuttingDownMs: 1000 } });
  const close = () => {
    void sandbox.close().then(() => process.exit(0));
  };
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
  const variables = { ...sandbox.environment, GITHUB_TOKEN: sandbox.token };
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}='${value}'`);
  console.log(
    `\n# Control: ${sandbox.githubUrl}/_sandbox/{events,requests,instances,runners,jobs,faults}. Ctrl-C ends it.`,
  );
  sandbox.on((event) => console.log(describe(event)));
}

function describe({ at, name, ...rest }: SandboxEvent): string {
  const details = Object.values(rest).filter((value) => value !== undefined);
  return `# ${new Date(at).toISOString()} ${name.padEnd(14)} ${details.join(' ')}`;
}

readOrExit({
  command: 'npm run sandbox --',
  description: 'Starts EC2 and GitHub on loopback. Prints what to export, then what happens, until Ctrl-C.',
  options: {},
});
await main();
