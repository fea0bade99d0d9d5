import type {
  ContainerExit,
  ContainerEngine,
  ContainerState,
  ProjectRemains,
} from '../../../src/core/ports/containers.js';
import type { Failure } from '../../../src/core/kernel/failure.js';
import { FakeEngine } from './engine.js';

/** The questions to the fake engine, which change nothing in it. */
export class FakeAnswers extends FakeEngine {
  engine: ContainerEngine = {
    engineVersion: '28.2.2',
    composeVersion: '2.40.3',
    runtimes: ['io.containerd.runc.v2', 'runc'],
    cdi: false,
  };
  /** Thrown by every call. */
  failure: Failure | undefined;
  /** What `saveLog` wrote, by path, and what `copy` copied: `CONTAINER:PATH > FOLDER`. */
  readonly savedLogs = new Map<string, string>();
  readonly copies: string[] = [];
  /** Of projects that `down` cannot remove. */
  stuck: Partial<ProjectRemains> = {};
  /** Called for each file that `copy` copies, with its new path. */
  onCopy: (path: string, text: string) => void = () => undefined;

  async inspectEngine(): Promise<ContainerEngine> {
    this.ask();
    return this.engine;
  }

  async listMissingImages(images: readonly string[]): Promise<readonly string[]> {
    this.ask();
    return images.filter((image) => this.isMissing(image));
  }

  async list(projectName: string): Promise<readonly ContainerState[]> {
    this.ask();
    return this.ofProject(projectName).map(({ state }) => state);
  }

  watch(projectName: string, onChange: (exit?: ContainerExit) => void): () => void {
    const watcher = { projectName, onChange };
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  async saveLog(containerId: string, file: string, mostBytes: number): Promise<void> {
    this.ask();
    const text = this.byId(containerId)
      .log.map((line) => `${line}\n`)
      .join('');
    const half = Math.floor(mostBytes / 2);
    const cut = `${text.slice(0, half)}\n… the middle of the log is left out here …\n${text.slice(-half)}`;
    this.savedLogs.set(file, text.length > mostBytes ? cut : text);
  }

  async copy(containerId: string, path: string, folder: string): Promise<boolean> {
    this.ask();
    const { identity, spec } = this.byId(containerId);
    const found = Object.entries(spec.files ?? {}).filter(([name]) => name === path || name.startsWith(`${path}/`));
    const parent = path.slice(0, path.lastIndexOf('/'));
    for (const [name, text] of found) this.onCopy(`${folder}${name.slice(parent.length)}`, text);
    if (found.length > 0) this.copies.push(`${identity.name}:${path} > ${folder}`);
    return found.length > 0;
  }

  async listRemains(projectName: string): Promise<ProjectRemains> {
    this.ask();
    return {
      containers: this.ofProject(projectName).map(({ identity }) => identity.name),
      networks: [...(this.networks.get(projectName) ?? []), ...(this.stuck.networks ?? [])],
      volumes: [...(this.volumes.get(projectName) ?? []), ...(this.stuck.volumes ?? [])],
    };
  }

  async findHolders(names: readonly string[]) {
    this.ask();
    return this.all
      .filter(({ identity }) => names.includes(identity.name))
      .map(({ identity: { name, project }, status }) => ({ name, status, ...(project !== undefined && { project }) }));
  }

  async findPublishers(port: number) {
    this.ask();
    return this.all
      .filter(({ spec, status }) => status === 'running' && spec.publishes?.includes(port))
      .map(({ identity: { name, project } }) => ({ name, ...(project !== undefined && { project }) }));
  }

  async findGateway(network: string): Promise<string | undefined> {
    this.ask();
    return [...this.networks.values()].some((names) => names.includes(network)) ? '172.18.0.1' : undefined;
  }

  protected ask(): void {
    if (this.failure) throw this.failure;
  }

  async lastLines(containerId: string, count: number): Promise<readonly string[]> {
    this.ask();
    return this.byId(containerId).log.slice(-count);
  }
}
