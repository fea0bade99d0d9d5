import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepResult } from '../../sandbox/step.js';
import type { ComposeOutcome } from '../../src/core/compose/outcome.js';
import { phaseBegins } from '../../test/peers/compose/phases.js';
import { ComposeStage } from '../../test/peers/compose/stage.js';
import { startEngine } from '../../test/worlds/docker/start-engine.js';

const image = 'ci-actions/stand-in:1';
const command = (words: string): string => `command: ${JSON.stringify(words)}`;
/** 1,000 characters a line, 2,000 lines at a time, ten times in a second, for six seconds. */
export const FLOOD = `services:
  session:
    image: ${image}
    init: true
    ${command('sh -c "line=$$(printf %0999d 7); n=0; while [ $$n -lt 60 ]; do yes $$line | head -n 2000; n=$$((n+1)); sleep 0.08; done"')}
`;

/** A session beside so many servers in all, in the shape of the seed's scenario. */
function writeServices(count: number): string {
  const servers = Array.from({ length: count - 1 }, (_, index) => `server${index + 1}`);
  const services = servers.map(
    (name) => `  ${name}: { image: '${image}', ${command('serve 7001')}, expose: ['7001'] }\n`,
  );
  const session = `  session:\n    image: ${image}\n    ${command('sh -c "until ask server1:7001; do :; done"')}\n    depends_on: [${servers.join(', ')}]\n`;
  return `services:\n${services.join('')}${session}`;
}

/** The times of two runs right after each other, in s. */
export interface Sides {
  readonly ours: number;
  readonly plain: number;
}

export interface BenchRun {
  readonly step: StepResult;
  readonly outcome: ComposeOutcome | undefined;
}

/** Runs projects by run-compose and by plain Compose, on the engine of the peers tests. */
export class ComposeBench {
  readonly env = { PATH: process.env['PATH'] ?? '', ...startEngine() };
  private stage: ComposeStage | undefined;
  private runs = 0;

  /** Ours first in every second pair, so that a machine that gets slower is no difference. */
  async alternate(services: number, pairs: number): Promise<Sides[]> {
    const compose = writeServices(services);
    const sides: Sides[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const ours = async () => (await this.run({ 'compose.yml': compose })).step.seconds;
      const plain = async () => this.runPlain(compose);
      if (pair % 2 === 0) sides.push({ plain: await plain(), ours: await ours() });
      else sides.push({ ours: await ours(), plain: await plain() });
    }
    return sides;
  }

  /** @throws Error if the project does not pass */
  async run(files: Readonly<Record<string, string>>, environment: Record<string, string> = {}): Promise<BenchRun> {
    const stage = new ComposeStage(this.env);
    this.stage = stage;
    try {
      for (const [name, text] of Object.entries(files)) stage.write(`project/${name}`, text);
      const { main, outcome } = await stage.play({ directory: 'project', session: 'session' }, { environment });
      if (main.code !== 0) throw new Error(`run-compose failed:\n${main.lines.slice(-20).join('\n')}`);
      return { step: main, outcome };
    } finally {
      this.stage = undefined;
      stage.close();
    }
  }

  /** Waits until the run that is under way has begun a phase. */
  async phaseBegins(phase: 'ready'): Promise<void> {
    await phaseBegins(this.stage!, phase, new AbortController().signal);
  }

  /** A server whose port is one of the host, which the bench opens itself. */
  onHost(port: number): string {
    const server = `{ image: '${image}', init: true, network_mode: host, command: sleep infinity, expose: ['${port}'] }`;
    return `services:\n  server: ${server}\n  session: { image: '${image}', command: 'true', depends_on: [server] }\n`;
  }

  private runPlain(compose: string): number {
    const folder = mkdtempSync(join(tmpdir(), 'plain-bench-'));
    writeFileSync(join(folder, 'compose.yml'), compose);
    const name = `plain-bench-${process.pid}-${(this.runs += 1)}`;
    const docker = (...args: string[]): void => {
      const { status, stderr } = spawnSync('docker', ['compose', '--project-name', name, ...args], {
        cwd: folder,
        env: this.env,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`docker compose ${args.join(' ')} failed: ${stderr}`);
    };
    const began = performance.now();
    try {
      docker('up', '--detach', '--scale', 'session=0');
      docker('run', '--rm', '--no-deps', 'session');
    } finally {
      docker('down', '--volumes');
      rmSync(folder, { recursive: true });
    }
    return (performance.now() - began) / 1000;
  }
}
