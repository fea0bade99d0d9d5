import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestStage } from './test-stage.js';

const PROGRAM = fileURLToPath(new URL('../worlds/stand-in-docker.sh', import.meta.url));
const KINDS = ['containers', 'networks', 'volumes'] as const;
const INFO = {
  ServerVersion: '99.0',
  Runtimes: { runc: {} },
  ClientInfo: { Plugins: [{ Name: 'compose', Version: 'v2.40.0' }] },
};

/** A docker program on a stage's PATH that has one project, whose service `db` runs once it is started. */
export class StandInDocker {
  private readonly state: string;

  constructor(private readonly stage: TestStage) {
    this.state = join(stage.directory, 'docker');
    for (const kind of KINDS) mkdirSync(join(this.state, kind), { recursive: true });
    stage.addProgram('docker', `exec bash '${PROGRAM}' "$@"`);
    stage.write('compose.yml', 'services: {db: {image: db:1}}');
    this.describe();
    this.write('model.json', JSON.stringify({ name: 'x', services: { db: { image: 'db:1' } } }));
  }

  /** For the steps. */
  get environment(): Record<string, string> {
    return { STATE: this.state, RUNNER_TEMP: join(this.stage.directory, 'temp') };
  }

  /** What `docker info` reports, instead of the usual. */
  describe(info: Readonly<Record<string, unknown>> = {}): void {
    this.write('info.json', JSON.stringify({ ...INFO, ...info }));
  }

  /** Makes every call of docker fail with these words. */
  refuse(words: string): void {
    this.stage.addProgram('docker', `echo '${words}' >&2; exit 1`);
  }

  /** Makes `up` create everything and go on for a minute. */
  beSlow(): void {
    this.write('slow', '');
  }

  /** Names of everything that exists. */
  list(): readonly string[] {
    return KINDS.flatMap((kind) => readdirSync(join(this.state, kind)));
  }

  /** Creates a container that is not of the project. */
  add(name: string): void {
    this.write(`containers/${name}`, '');
  }

  /** The calls of docker whose arguments match. */
  calls(pattern: RegExp): readonly string[] {
    const file = join(this.state, 'calls');
    return existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => pattern.test(line))
      : [];
  }

  private write(name: string, text: string): void {
    writeFileSync(join(this.state, name), text);
  }
}
