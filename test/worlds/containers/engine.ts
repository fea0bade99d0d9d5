import { load } from 'js-yaml';
import { CHECK_SESSION_IMAGE } from '../../../src/core/kernel/compose-advice.js';
import { Failure } from '../../../src/core/kernel/failure.js';
import type { ContainerExit, ComposeProject, ContainerRun, OutputOptions } from '../../../src/core/ports/containers.js';
import type { ProgramEnd } from '../../../src/core/ports/programs.js';
import type { FakeClock } from '../fake-clock.js';
import { FakeContainer, type ContainerIdentity } from './container.js';
import type { ServiceSpec } from './service.js';
import type { Engine } from './up.js';

/** What the fake engine has: containers, networks, volumes and images. */
export class FakeEngine implements Engine {
  services: Readonly<Record<string, ServiceSpec>> = {};
  /** Services of single projects, by the project's name, instead of `services`. */
  readonly projects = new Map<string, Readonly<Record<string, ServiceSpec>>>();
  /** Further sections of the resolved project, such as `secrets`. */
  more: Readonly<Record<string, unknown>> = {};
  /** What the images of `run` do. An image that is not listed runs until it is stopped. */
  images: Readonly<Record<string, ServiceSpec>> = {};
  readonly missingImages = new Set<string>();
  /** Images that no registry has. */
  readonly unknownImages = new Set<string>();
  /** Names of the volumes that the first `up` of a project makes. */
  volumeNames: readonly string[] = [];
  readonly networks = new Map<string, readonly string[]>();
  readonly volumes = new Map<string, readonly string[]>();
  protected readonly all: FakeContainer[] = [];
  protected readonly watchers = new Set<{
    readonly projectName: string;
    readonly onChange: (exit?: ContainerExit) => void;
  }>();
  private made = 0;

  /** Reads the Compose files that the code under test has written. `undefined`: none of those. */
  readFile: (path: string) => string | undefined = () => undefined;

  constructor(readonly clock: FakeClock) {}

  /** The services as the files of a project have them: `services`, and over them what was written, key by key. */
  resolveServices(project: ComposeProject): Readonly<Record<string, ServiceSpec>> {
    const services: Record<string, ServiceSpec> = { ...(this.projects.get(project.name) ?? this.services) };
    for (const file of project.files) {
      const written = load(this.readFile(file) ?? '{}') as { services?: Record<string, Record<string, unknown>> };
      for (const [name, keys] of Object.entries(written.services ?? {})) {
        const spec = services[name] ?? this.images[String(keys['image'])] ?? {};
        services[name] = {
          ...spec,
          ...(typeof keys['restart'] === 'string' && { restart: keys['restart'] as 'no' }),
          ...(typeof keys['image'] === 'string' && { image: keys['image'] }),
          more: { ...spec.more, ...keys },
        };
      }
    }
    return services;
  }

  /** The containers of a service in all projects, in the order of their creation. */
  byService(service: string): readonly FakeContainer[] {
    return this.all.filter(({ identity }) => identity.service === service);
  }

  /** Whether something listens at a port of an address. For the fake of the host. */
  connects(address: string, port: number): boolean {
    return this.all.some((container) => container.addresses.includes(address) && container.opened(port));
  }

  /** Adds a running container that is none of ours. */
  addForeign(name: string, spec: ServiceSpec & { readonly project?: string } = {}): FakeContainer {
    const container = this.add({ name, ...(spec.project !== undefined && { project: spec.project }) }, spec);
    container.start();
    return container;
  }

  /** Ends a test: a container that restarts for ever would keep the clock going. */
  removeAll(): void {
    while (this.all[0]) this.remove(this.all[0]);
  }

  containersOf(project: string, service: string): readonly FakeContainer[] {
    return this.ofProject(project).filter(({ identity }) => identity.service === service);
  }

  create(project: ComposeProject, service: string, number: number): FakeContainer | string {
    const spec = this.resolveServices(project)[service]!;
    const name = spec.containerName ?? `${project.name}-${service}-${number}`;
    const holder = this.all.find(({ identity }) => identity.name === name);
    if (holder) {
      return `Conflict. The container name "/${name}" is already in use by container "${holder.identity.id}". You have to remove (or rename) that container to be able to reuse that name.`;
    }
    const image = this.imageOf(project, service);
    return this.add({ name, project: project.name, service, image }, spec);
  }

  createNetworks(project: ComposeProject): void {
    this.networks.set(project.name, [`${project.name}_default`]);
    this.volumes.set(
      project.name,
      this.volumeNames.map((name) => `${project.name}_${name}`),
    );
  }

  findPortHolder(port: number, besides: FakeContainer): FakeContainer | undefined {
    return this.all.find((one) => one !== besides && one.status === 'running' && one.spec.publishes?.includes(port));
  }

  isMissing(image: string): boolean {
    return this.missingImages.has(image) || this.unknownImages.has(image);
  }

  imageOf(project: ComposeProject, service: string): string {
    const spec = this.resolveServices(project)[service];
    return spec?.image ?? (spec?.build ? `${project.name}-${service}` : `${service}:1`);
  }

  pullImage(image: string, onLine: (line: string) => void): boolean {
    if (this.unknownImages.has(image)) {
      onLine(`Error response from daemon: manifest for ${image} not found: manifest unknown: manifest unknown`);
      return false;
    }
    if (this.missingImages.delete(image)) onLine(` ${image} Pulled`);
    return true;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.clock.sleep(ms, signal);
  }

  protected ofProject(name: string): readonly FakeContainer[] {
    return this.all.filter(({ identity }) => identity.project === name);
  }

  protected byId(id: string): FakeContainer {
    const found = this.all.find(({ identity }) => identity.id === id);
    if (!found) throw new Error(`The fake has no container ${id}.`);
    return found;
  }

  protected runImage(project: string, { image }: ContainerRun): string {
    const name = `${project}-session`;
    const container = this.add({ name, project, image }, this.images[image] ?? {});
    container.start();
    if (container.error === undefined) return container.identity.id;
    throw new Failure('container-failed', 'Docker could not create or start the container of `session-image`.', {
      why: container.error,
      hint: CHECK_SESSION_IMAGE,
    });
  }

  protected remove(container: FakeContainer): void {
    container.remove();
    this.all.splice(this.all.indexOf(container), 1);
  }

  protected async stopAll(containers: readonly FakeContainer[], graceSeconds: number): Promise<void> {
    const waits = containers.map((one) => one.stop(graceSeconds));
    const longest = Math.max(0, ...waits);
    if (longest > 0) await this.clock.sleep(longest);
    for (const one of containers) if (!one.isEnded && one.status !== 'created') one.kill();
  }

  /** Runs what the bound of a call or its signal may end, as it ends the docker CLI. */
  protected async bounded(
    { boundMs, signal }: OutputOptions,
    body: (signal?: AbortSignal) => Promise<ProgramEnd>,
  ): Promise<ProgramEnd> {
    const bound = new AbortController();
    const either = AbortSignal.any([bound.signal, ...(signal ? [signal] : [])]);
    if (boundMs !== undefined) this.clock.after(boundMs, () => bound.abort());
    return body(either).catch((error: unknown) => {
      if (!either.aborted) throw error;
      return { code: undefined, why: signal?.aborted ? 'it was canceled' : `it took longer than ${boundMs! / 1000} s` };
    });
  }

  private add(identity: Partial<ContainerIdentity> & { readonly name: string }, spec: ServiceSpec): FakeContainer {
    this.made += 1;
    const id = this.made.toString(16).padStart(64, '0');
    const whole = { image: 'image:1', ...identity, id, address: `172.18.0.${this.made + 1}` };
    const changed = (exit?: ContainerExit): void => {
      for (const { projectName, onChange } of this.watchers) if (projectName === whole.project) onChange(exit);
    };
    const container = new FakeContainer(whole, spec, { clock: this.clock, changed });
    this.all.push(container);
    return container;
  }
}
