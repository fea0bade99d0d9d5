import type {
  ComposeModel,
  ComposeProject,
  ContainerRun,
  Containers,
  OutputOptions,
  UpOptions,
} from '../../src/core/ports/containers.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { Environment, ProgramEnd } from '../../src/core/ports/programs.js';
import { FakeAnswers } from './containers/answers.js';
import { modelOf } from './containers/service.js';
import { playUp } from './containers/up.js';

export type { ProgramRun, ServiceSpec } from './containers/service.js';

/** How often `follow` looks for new lines. */
const FOLLOW_MS = 50;

/** What a command does that is run in a container. */
export interface CommandSpec {
  readonly code?: number;
  readonly takesMs?: number;
  readonly prints?: readonly string[];
}

/**
 * Docker with Compose in memory. A test says in `services` what the services of its project do, and
 * changes other fields before and during the run. `byService` gives it a container to kill.
 */
export class FakeContainers extends FakeAnswers implements Containers {
  unsetVariables: readonly string[] = [];
  warnings: readonly string[] = [];
  /** Compose's own words when it refuses the files. */
  invalid: string | undefined;
  /** What commands do in containers, by their text. An unknown command ends with 127. */
  commands: Readonly<Record<string, CommandSpec>> = {};
  readonly builtImages = new Set<string>();
  /** The calls that change something, such as `up db` and `up --no-deps --scale s=1 s`. */
  readonly calls: string[] = [];

  async resolve(project: ComposeProject): Promise<ComposeModel> {
    this.ask();
    if (this.invalid !== undefined) {
      throw new Failure('compose-invalid', `Docker Compose refuses the project: ${this.invalid}`, {
        hint: 'Correct it.',
      });
    }
    const services = Object.entries(this.resolveServices(project)).map(
      ([name, spec]) => [name, modelOf(spec, this.imageOf(project, name))] as const,
    );
    const model = {
      name: project.name,
      networks: { default: { name: `${project.name}_default`, ipam: {} } },
      services: Object.fromEntries(services),
      ...this.more,
    };
    return { model, unsetVariables: this.unsetVariables, warnings: this.warnings };
  }

  async pull(project: ComposeProject, services: readonly string[], { onLine }: OutputOptions): Promise<ProgramEnd> {
    this.note('pull', services);
    for (const service of services) {
      if (!this.pullImage(this.imageOf(project, service), onLine)) return { code: 18 };
    }
    return { code: 0 };
  }

  async tagImage(image: string, name: string): Promise<void> {
    this.note('tag', [image, name]);
    if (this.isMissing(image))
      throw new Failure('docker-failed', `No such image: ${image}`, { hint: 'Tag one that is there.' });
    this.builtImages.add(name);
    this.missingImages.delete(name);
  }

  async build(project: ComposeProject, services: readonly string[], { onLine }: OutputOptions): Promise<ProgramEnd> {
    this.note('build', services);
    for (const service of services) {
      if (this.resolveServices(project)[service]?.build === 'fails') {
        onLine('failed to solve: executor failed running [/bin/sh -c make]: exit code: 2');
        return { code: 17 };
      }
      const image = this.imageOf(project, service);
      this.missingImages.delete(image);
      this.builtImages.add(image);
    }
    return { code: 0 };
  }

  async up(project: ComposeProject, services: readonly string[], options: UpOptions): Promise<ProgramEnd> {
    const scale = Object.entries(options.scale ?? {}).map(([name, count]) => `--scale ${name}=${count}`);
    this.note('up', [...(options.noDeps ? ['--no-deps'] : []), ...scale, ...services]);
    return this.bounded(options, (signal) =>
      playUp(this, { project, services, options: { ...options, ...(signal && { signal }) } }),
    );
  }

  async exec(
    containerId: string,
    command: string,
    options: OutputOptions & { readonly env?: Environment },
  ): Promise<ProgramEnd> {
    this.note('exec', [this.byId(containerId).identity.name, command]);
    const container = this.byId(containerId);
    if (container.status !== 'running') {
      options.onLine(`Error response from daemon: Container ${containerId} is not running`);
      return { code: 1 };
    }
    const { code = 0, takesMs = 0, prints = [] } = this.commands[command] ?? { code: 127 };
    for (const line of prints) options.onLine(line);
    return this.bounded(options, async (signal) => {
      const endsAt = this.clock.now() + takesMs;
      while (this.clock.now() < endsAt && !container.isEnded) await this.clock.sleep(FOLLOW_MS, signal);
      return { code: container.isEnded ? 137 : code };
    });
  }

  async run(projectName: string, run: ContainerRun): Promise<string> {
    this.note('run', [run.image, ...run.command]);
    return this.runImage(projectName, run);
  }

  async follow(containerId: string, { onLine, signal }: OutputOptions): Promise<void> {
    this.ask();
    const container = this.byId(containerId);
    let passed = 0;
    for (;;) {
      const ended = container.isEnded;
      for (; passed < container.log.length; passed += 1) onLine(container.log[passed]!);
      if (ended || signal?.aborted) return;
      await this.clock.sleep(FOLLOW_MS, signal).catch(() => undefined);
      this.ask();
    }
  }

  async stop(containerIds: readonly string[], graceSeconds: number): Promise<void> {
    this.note(
      'stop',
      containerIds.map((id) => this.byId(id).identity.name),
    );
    await this.stopAll(
      containerIds.map((id) => this.byId(id)),
      graceSeconds,
    );
  }

  async down(projectName: string, graceSeconds: number, { onLine }: OutputOptions): Promise<ProgramEnd> {
    this.note('down', [projectName]);
    await this.stopAll(this.ofProject(projectName), graceSeconds);
    for (const container of this.ofProject(projectName)) {
      if (this.stuck.containers?.includes(container.identity.name)) continue;
      onLine(` Container ${container.identity.name}  Removed`);
      this.remove(container);
    }
    for (const image of this.builtImages) if (image.startsWith(`${projectName}-`)) this.missingImages.add(image);
    this.networks.delete(projectName);
    this.volumes.delete(projectName);
    const remains = Object.values(await this.listRemains(projectName)).flat();
    for (const name of remains) onLine(`Error response from daemon: ${name} has active endpoints`);
    return { code: remains.length > 0 ? 1 : 0 };
  }

  private note(call: string, words: readonly string[]): void {
    this.ask();
    this.calls.push([call, ...words].join(' '));
  }
}
