import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findShared, type ComposeCase, type Expected, type Variant } from './cases.js';

/** Programs of concert's image, which do what the scenarios need of them. `python3` runs its file as a shell script. */
const STAND_INS: Readonly<Record<string, string>> = {
  ucad: 'sleep ${CAMERA:-0} & wait $!; exec serve 8989',
  concert:
    'case "$1" in tango) sleep ${WALKER:-0} & wait $!; exec serve 7001;; *) exec sh /root/.local/share/concert/session.sh;; esac',
  python3: 'exec sh "$1"',
  bash: 'exec sh "$@"',
  make: 'ask "$UCA_NET_HOST:8989" "$REMOTE_WALKER_HOST:$REMOTE_WALKER_PORT" && echo "scenarios of $DATA_ROOT"',
};

/** An image of the stand-ins, which is built from this folder's root as concert's own is. */
function writeImage(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const programs = Object.entries(STAND_INS).map(([name, body]) => [
    `image/${name}`,
    `#!/bin/sh\ntrap 'exit 143' TERM\n${body}\n`,
  ]);
  const set = Object.entries({ STAND_IN: '1', ...env }).map(([name, value]) => `ENV ${name}=${value}\n`);
  const dockerfile = `FROM ci-actions/stand-in:1\n${set.join('')}COPY image/ /bin/\nRUN chmod +x /bin/*\n`;
  return { Dockerfile: dockerfile, ...Object.fromEntries(programs) };
}

const SCENARIO = 'concert/tests/scenarios/remote_experiment';
const INTEGRATION = 'concert/tests/integration/scenarios';
const session = 'ask uca_camera:8989 remote_walker:7001 || exit 7; echo scanned >/tmp/scan; exit 0';

const scenario = (files: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      'setup.py': 'true',
      'session.sh': session,
      'assert.py': 'test -s /tmp/scan',
      'teardown.py': 'rm /tmp/scan',
      ...files,
    }).map(([name, text]) => [`${SCENARIO}/${name}`, `${text}\n`]),
  );

const expect = (more: Partial<Expected> = {}): Expected => ({
  verdict: 'pass',
  exit_code: 0,
  phase: 'done',
  seconds_at_most: 60,
  session_starts: true,
  ...more,
});

/** The port for pictures, which nothing opens before the experiment, is declared all the same. */
const ready = { uca_camera: 'port:8989', remote_walker: 'port:7001' };
const variant = (name: string, change: Partial<Variant['change']>, expected: Partial<Expected> = {}): Variant => ({
  name,
  change: { env: {}, inputs: { ready }, ...change },
  expected: expect(expected),
});

/** The seed's scenarios, with its Compose files as they are. Empty in a user's clone, which does not have them. */
export function concert(): readonly ComposeCase[] {
  const folder = findShared('concert');
  if (folder === undefined) return [];
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return [
    seedScenario(read('dec2024/compose.yml')),
    todaysScenarios(read('today/compose.yml'), read('today/scenarios.env')),
  ];
}

function seedScenario(compose: string): ComposeCase {
  const init = `${SCENARIO}/init.yml`;
  return {
    id: 'concert-remote-experiment',
    lane: 'concert',
    origin: 'ufo-kit/concert concert/tests/scenarios/remote_experiment/compose.yml',
    shape:
      'fixed names; one image, built three times; ports that open late; setup, session, assert and teardown in one chain',
    session: null,
    directory: SCENARIO,
    compose_files: ['compose.yml'],
    inputs: {},
    write: { ...writeImage(), ...scenario(), [`${SCENARIO}/compose.yml`]: compose },
    variants: [
      variant('without ready', { inputs: {} }, { says: ['8993'] }),
      variant('ok', {}),
      variant(
        'session exits 3',
        { write: scenario({ 'session.sh': 'exit 3' }) },
        { verdict: 'fail', exit_code: 3, phase: 'session' },
      ),
      variant(
        'assert fails',
        { write: scenario({ 'assert.py': 'exit 1' }) },
        { verdict: 'fail', exit_code: 1, phase: 'session' },
      ),
      variant('late servers', { write: writeImage({ WALKER: '6', CAMERA: '2' }) }),
      variant('a one-shot beside them', {
        files: ['compose.yml', 'init.yml'],
        inputs: { ready, services: 'all' },
        session: 'remote_experiment',
        write: { [init]: 'services: {init: {image: "ci-actions/stand-in:1", command: [once]}}\n' },
      }),
    ],
  };
}

function todaysScenarios(compose: string, env: string): ComposeCase {
  const image = { image: 'concert-docker', command: 'make scenarios' };
  const build = 'docker build --quiet --tag concert-docker "$GITHUB_WORKSPACE"';
  return {
    id: 'concert-integration',
    lane: 'concert',
    origin: 'ufo-kit/concert concert/tests/integration/scenarios/compose.yml',
    shape: 'servers only; the session is a container in their network; an image that is built before',
    session: image,
    directory: INTEGRATION,
    compose_files: [],
    inputs: { ready, setup: build },
    write: { ...writeImage(), [`${INTEGRATION}/compose.yml`]: compose, [`${INTEGRATION}/scenarios.env`]: env },
    variants: [
      variant('ok', {
        env: Object.fromEntries(
          env
            .trim()
            .split('\n')
            .map((line) => line.split('=')),
        ),
      }),
      variant(
        'wrong port',
        { env: { UCA_NET_HOST: 'uca_camera', REMOTE_WALKER_HOST: 'remote_walker', REMOTE_WALKER_PORT: '1' } },
        { verdict: 'fail', exit_code: 7, phase: 'session' },
      ),
      variant('on the host', {
        session: {
          host: 'docker run --rm --network "${COMPOSE_PROJECT_NAME}_concert_net" --env-file scenarios.env concert-docker make scenarios',
        },
      }),
    ],
  };
}
