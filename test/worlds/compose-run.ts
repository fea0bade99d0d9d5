import type { ComposeOutcome } from '../../src/core/compose/outcome.js';
import type { ComposeRequest } from '../../src/core/compose/request.js';
import { runCompose } from '../../src/core/compose/run.js';
import { FakeContainers, type ServiceSpec } from './containers.js';
import { FakeClock } from './fake-clock.js';
import { FakeComposeHost } from './fake-compose-host.js';
import { recordLog } from './log.js';

export const PROJECT = 'ci-0123abcd-project';

/** A request with every input at its default. */
export const defaults: ComposeRequest = {
  directory: 'project',
  files: [],
  profiles: [],
  envFiles: [],
  session: { kind: 'default' },
  ready: {},
  build: true,
  pull: 'missing',
  unsetVariables: 'warn',
  readyTimeoutMs: 120_000,
  timeoutMs: 600_000,
  onServerExit: 'fail',
  collect: [],
  requireFiles: [],
  datasets: [],
  resultFrom: { kind: 'exit-code' },
  gpu: 'none',
  sleepAfterStartMs: 0,
};

/** A session that exits with a code after some time. */
export function ends(code: number, afterMs = 1_000): Pick<ServiceSpec, 'runs'> {
  return { runs: [{ afterMs, code }] };
}

/** A Compose project, and everything around it, in memory. */
export class ComposePlay {
  readonly clock = new FakeClock();
  readonly containers = new FakeContainers(this.clock);
  readonly host = new FakeComposeHost(this.containers);
  readonly cancellation = new AbortController();
  readonly said: string[];
  private readonly log;

  constructor(
    services: Readonly<Record<string, ServiceSpec>>,
    private readonly request: Partial<ComposeRequest> = {},
  ) {
    this.containers.services = services;
    const { log, said } = recordLog();
    this.log = log;
    this.said = said;
  }

  run(request: Partial<ComposeRequest> = {}): Promise<ComposeOutcome> {
    const { containers, host, clock, cancellation } = this;
    const world = { containers, host, clock, projectName: PROJECT, signal: cancellation.signal };
    return runCompose({ ...defaults, ...this.request, ...request }, world, this.log);
  }

  /** What is left of the project at Docker. */
  async left(): Promise<readonly string[]> {
    return Object.values(await this.containers.listRemains(PROJECT)).flat() as readonly string[];
  }
}
