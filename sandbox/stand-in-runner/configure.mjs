import { hostname } from 'node:os';
import { send } from './connection.mjs';
import { hasFlag, takeArgument, writeConfiguration } from './configuration.mjs';

// `https://github.com/…` does not lead to the sandbox, so the sandbox sets a variable with its GitHub's URL.
const url = new URL(takeArgument('url') ?? '');
const server = process.env.CI_ACTIONS_SANDBOX_GITHUB_URL ?? url.origin;
try {
  const { config } = await send(new URL('/_runner/registrations', server), {
    method: 'POST',
    body: {
      token: takeArgument('token'),
      name: takeArgument('name') ?? hostname(),
      labels: (takeArgument('labels') ?? '').split(',').filter(Boolean),
      workFolder: takeArgument('work') ?? '_work',
      ephemeral: hasFlag('ephemeral'),
      replace: hasFlag('replace'),
      architecture: process.arch === 'arm64' ? 'ARM64' : 'X64',
    },
  });
  writeConfiguration(config);
  console.log('√ Connected to GitHub');
  console.log('√ Runner successfully added');
  console.log('√ Settings Saved.');
} catch (error) {
  console.log(`Http response code: ${error.status ?? 'none'} from 'POST ${server}/actions/runner-registration'`);
  console.log(error.message);
  process.exitCode = 1;
}
