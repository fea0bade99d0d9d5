import type { ComposeRequest } from '../src/core/compose/request.js';
import { choiceOrCount, choiceOrList, flagOrList } from '../src/core/inputs/alternatives.js';
import { partialMinutes, seconds } from '../src/core/inputs/fine-durations.js';
import { variables } from '../src/core/inputs/environment-variables.js';
import { fieldsOf } from '../src/core/inputs/fields.js';
import { filePatterns } from '../src/core/inputs/file-patterns.js';
import { choice, list, text, withDefault, yamlMap } from '../src/core/inputs/input-kinds.js';
import { interleavedOutput, interleaveInputs } from '../src/core/interleave/inputs.js';
import { onInterruption, secretEnv } from './run.inputs.js';

export const action = {
  name: 'Run Compose',
  description:
    'Runs a Docker Compose project as a test. Succeeds only when its session ran to its end, passed, and no server died under it.',
  icon: 'layers',
  color: 'blue',
} as const;

const into = fieldsOf<{ compose: ComposeRequest }>();

const service = { matches: /^[a-zA-Z0-9._-]+$/, allowed: 'names of services, separated by commas or new lines' };
const oneService = { matches: service.matches, allowed: 'the name of a service' };
const paths = { matches: /^[^\0]+$/, allowed: 'paths, separated by commas or new lines' };

export const inputs = {
  ...interleaveInputs({
    folder: '$ARTIFACTS',
    results:
      "Relative to `directory` of the side, or `$ARTIFACTS/…` in the run's own artifacts, where `collect` puts them. They must have been written in that run. Default with `result-from`: the result.",
  }),
  directory: into(
    'compose.directory',
    withDefault(
      '.',
      text(
        'The folder of the project, relative to the workspace; with `interleave`, to each side. Scripts run in it.',
        {
          matches: /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/,
          allowed: 'a path inside the workspace',
        },
      ),
    ),
  ),
  files: into(
    'compose.files',
    list(
      'The Compose files, relative to `directory`; a later file overrides an earlier one. Default: those that Compose finds itself.',
      paths,
    ),
    [],
  ),
  profiles: into('compose.profiles', list('The profiles to activate.', service), []),
  env: variables('Environment variables for Compose, which interpolates them, and for the scripts.'),
  'secret-env': secretEnv,
  'env-file': into(
    'compose.envFiles',
    list('Files with variables for Compose, relative to `directory`. Default: `.env` there, if it exists.', paths),
    [],
  ),
  'unset-variables': into(
    'compose.unsetVariables',
    withDefault(
      'warn',
      choice('What happens when a Compose file uses a variable that is not set and has no default.', ['warn', 'fail']),
    ),
  ),
  build: into(
    'compose.build',
    withDefault(
      'true',
      flagOrList(
        'Build the images of the started services that have a `build` section, or of the services that are listed.',
        service,
      ),
    ),
  ),
  pull: into(
    'compose.pull',
    withDefault('missing', choice('Which images to pull before the start.', ['missing', 'always', 'never'])),
  ),
  session: list(
    'The service whose exit code is the verdict, or several, which run one after the other. Default: the service that no other depends on, if there is exactly one.',
    service,
  ),
  exec: text('Instead of `session`: the running service in which `command` is the session.', oneService),
  run: text('Instead of `session`: Bash commands on the host that are the session, run by `bash -eo pipefail`.'),
  'session-image': text(
    "Instead of `session`: an image whose container is the session. It joins the project's networks.",
    { matches: /^\S+$/, allowed: 'the name of an image' },
  ),
  command: text(
    "The shell command for `exec`, which runs by `sh -c`. For `session-image`: what follows the image in `docker run`, without a shell; `sh -c '…'` has one.",
  ),
  services: into(
    'compose.services',
    choiceOrList(
      'The services to start before the session. Default: those that the session depends on, or `all` if it depends on none.',
      ['all', 'dependencies'],
      service,
    ),
  ),
  ready: yamlMap(
    'When a service is ready, as `SERVICE: CONDITION` with `healthy`, `port:N`, `exit` (it exited with 0), `started` or `log:TEXT`. Default: its health check; without one, its declared TCP ports are open; without those, it runs.',
    'a map from services to `healthy`, `port:N`, `exit`, `started` or `log:TEXT`',
  ),
  'ready-timeout-minutes': into(
    'compose.readyTimeoutMs',
    withDefault(
      '10',
      partialMinutes('How long the services may take from their start until all are ready.', { max: 360 }),
    ),
  ),
  'timeout-minutes': into(
    'compose.timeoutMs',
    withDefault(
      '60',
      partialMinutes('How long the session may take, from the moment when all services are ready.', { max: 7_000 }),
    ),
  ),
  'on-server-exit': into(
    'compose.onServerExit',
    withDefault(
      'fail',
      choice('What a server means that exits or is restarted while the session runs.', ['fail', 'warn']),
    ),
  ),
  setup: into(
    'compose.setup',
    text(
      'Bash commands to run before anything is started. Default: `setup.py` of `directory`, if there is one that the Compose file does not run itself.',
    ),
  ),
  assert: into(
    'compose.assert',
    text(
      'Bash commands to run after a session that passed. If they fail, the verdict is `fail`. Default: `assert.py`, likewise.',
    ),
  ),
  teardown: into(
    'compose.teardown',
    text('Bash commands to run at the end, always. Default: `teardown.py`, likewise.'),
  ),
  collect: into(
    'compose.collect',
    list(
      'What to copy to the artifacts after the session: `SERVICE:/path` out of a container, which may have stopped, or a path relative to `directory`.',
      paths,
    ),
    [],
  ),
  'require-files': filePatterns(
    'Files that the session must have written, not empty, relative to `directory`. Without them the verdict is `fail`.',
  ),
  override: into(
    'compose.override',
    yamlMap(
      'Changes to services, as a Compose file has them below `services`: `image`, `cpus`, `mem_limit`, `environment`, new services. The payload of a benchmark with `override_services` is accepted, too.',
      'a map of services',
    ),
  ),
  datasets: into(
    'compose.datasets',
    list('Files or folders below `datasets-path` that the services get as volumes.', paths),
    [],
  ),
  'datasets-path': into(
    'compose.datasetsPath',
    text('The folder of the host with the datasets: absolute, or relative to `directory`.'),
  ),
  'datasets-target': into(
    'compose.datasetsTarget',
    text(
      'Where the datasets are mounted, as `SERVICE:/folder`. Default: `media-server:/var/media_files/mp4s`, if there is such a service.',
      { matches: /^[a-zA-Z0-9._-]+:\/.+$/, allowed: '`SERVICE:/folder`' },
    ),
  ),
  'benchmark-config': into(
    'compose.benchmarkConfig',
    text(
      'A JSON file with the configuration of a benchmark, relative to `directory`. The session finds its path in BENCHMARK_CONFIG. Default: what the payload in `override` says of it.',
    ),
  ),
  'result-from': withDefault(
    'exit-code',
    text(
      'Where the output `result` comes from: `exit-code` (there is none), `stdout` (the last JSON object that the session prints), `webhook` (JSON that the session posts to the address in RESULT_WEBHOOK), or a JSON file as `SERVICE:/path` or a path relative to `directory`.',
      {
        matches: /^(exit-code|stdout|webhook|.*[./].*)$/,
        allowed:
          '`exit-code`, `stdout`, `webhook`, or a file, such as `out/result.json` or `benchmark:/out/result.json`',
      },
    ),
  ),
  gpu: into(
    'compose.gpu',
    withDefault('none', choiceOrCount('The GPUs that the session gets.', ['none', 'all'], { min: 1, max: 64 })),
  ),
  'sleep-after-start-seconds': into(
    'compose.sleepAfterStartMs',
    withDefault(
      '0',
      seconds(
        'The least time between the start of the services and the session, for projects that were written for a fixed pause. The services must be ready as well.',
        { min: 0, max: 3_600 },
      ),
    ),
  ),
  'on-interruption': onInterruption,
};

export const outputs = {
  verdict:
    "`pass`; `fail`: the session's own exit code, an assertion, or a server that died under it; `error`: the session never started or could not end. Empty if EC2 took the machine away.",
  phase:
    'The phase that decided: `check`, `setup`, `pull`, `build`, `up`, `ready`, `session`, `assert`, `collect`, `teardown`, `down`, or `done` with `pass`.',
  'exit-code': "The session's own exit code; `1` where there is none. `0` only with the verdict `pass`.",
  result:
    'The result of a benchmark, as JSON; empty with `result-from: exit-code`, and beyond 262,144 characters. `result.json` of the artifacts has any result.',
  artifacts:
    'The folder with the logs of all phases and services, what was collected, `timeline.json` and `outcome.json`.',
  interleaved: interleavedOutput,
  timeline: 'The path of `timeline.json`: when each phase and service began, was ready and ended.',
  minutes: 'Minutes that the step took.',
  interrupted: '`true` if EC2 took the spot machine away before the session had ended, otherwise `false`.',
};
