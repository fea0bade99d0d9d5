import { hostname } from 'node:os';
import { send } from './connection.mjs';
import { hasFlag, readArgument, readConfiguration, writeConfiguration } from './configuration.mjs';

const ARGUMENTS = ['url', 'token', 'name', 'labels', 'runnergroup', 'work'];
const FLAGS = ['unattended', 'ephemeral', 'replace', 'disableupdate', 'no-default-labels'];

process.exitCode = await main();

/** Registers this folder as a runner. Resolves with the exit code of `config.sh`. */
async function main() {
  const unknown = listUnknown();
  if (unknown.length > 0) {
    console.log(`Unrecognized command-line input arguments for command configure: '${unknown.join(', ')}'.`);
    return 1;
  }
  if (readConfiguration()) {
    console.log('Cannot configure the runner because it is already configured. To reconfigure the runner, run');
    console.log("'config.cmd remove' or './config.sh remove' first.");
    return 1;
  }
  const missing = ['url', 'token'].filter((name) => !readArgument(name));
  if (missing.length > 0) {
    console.log(`The stand-in asks no questions: give ${missing.map((name) => `--${name}`).join(' and ')}.`);
    return 1;
  }
  return await register(new URL(readArgument('url')));
}

/** Words that are neither an argument with its value nor a flag. */
function listUnknown() {
  const words = process.argv.slice(2);
  return words.filter((word, at) => {
    if (ARGUMENTS.includes(words[at - 1]?.slice(2)) && words[at - 1].startsWith('--')) return false;
    return !(word.startsWith('--') && [...ARGUMENTS, ...FLAGS].includes(word.slice(2)));
  });
}

async function register(url) {
  // A URL of https://github.com does not lead to the sandbox. A variable may say where the sandbox is.
  const server = process.env.CI_ACTIONS_SANDBOX_GITHUB_URL ?? url.origin;
  try {
    const { config } = await send(new URL('/_runner/registrations', server), {
      method: 'POST',
      body: {
        path: url.pathname,
        token: readArgument('token'),
        name: readArgument('name') ?? hostname(),
        labels: (readArgument('labels') ?? '').split(',').filter(Boolean),
        group: readArgument('runnergroup'),
        workFolder: readArgument('work') ?? '_work',
        ephemeral: hasFlag('ephemeral'),
        replace: hasFlag('replace'),
        defaultLabels: !hasFlag('no-default-labels'),
        architecture: process.arch === 'arm64' ? 'ARM64' : 'X64',
      },
    });
    writeConfiguration(config);
  } catch (error) {
    console.log(`Http response code: ${error.status ?? 'none'} from 'POST ${server}/actions/runner-registration'`);
    console.log(error.message);
    return 1;
  }
  console.log('√ Connected to GitHub');
  console.log('√ Runner successfully added');
  console.log('√ Settings Saved.');
  return 0;
}
