import type { ComposeHost, ResultWebhook } from '../../src/core/compose/host.js';
import { isWithin, toAbsolute } from '../../src/core/compose/paths.js';
import { compilePatterns } from '../../src/core/inputs/file-patterns.js';
import type { OutputOptions } from '../../src/core/ports/containers.js';
import type { Environment, ProgramEnd } from '../../src/core/ports/programs.js';
import type { FakeContainers } from './containers.js';

/** What a script on the host does. */
export interface ScriptSpec {
  readonly code?: number;
  readonly takesMs?: number;
  readonly prints?: readonly string[];
  /** Called when it starts. */
  readonly does?: () => void;
}

/** The machine around the fake of Docker, in memory: files, scripts, artifacts. */
export class FakeComposeHost implements ComposeHost {
  readonly directory = '/w/project';
  readonly workspace = '/w';
  readonly artifacts = '/temp/artifacts';
  env: Environment = { PATH: '/bin', RUNNER_TEMP: '/temp' };
  variables: Environment = {};
  /** By absolute path. */
  readonly files = new Map<string, { text: string; changedAt: number }>();
  readonly folders = new Set<string>(['/w/project']);
  /** What scripts do, by their text. An unknown script ends with 127. */
  scripts: Readonly<Record<string, ScriptSpec>> = {};
  /** Each script that ran, with its environment. */
  readonly ran: { readonly commands: string; readonly env: Environment }[] = [];
  readonly printed: string[] = [];
  readonly logs = new Map<string, string[]>();
  /** Where the webhook listens. `undefined`: none was opened. */
  listensOn: string | undefined;
  /** Posts a result to the webhook. */
  post: (text: string) => void = () => {};

  constructor(private readonly containers: FakeContainers) {
    containers.readFile = (path) => (isWithin(path, this.artifacts) ? this.files.get(path)?.text : undefined);
    containers.onCopy = (path, text) => this.write(path, text);
    this.write('/w/project/compose.yml', 'services: {}');
  }

  /** Writes a file as a script or a container would. */
  write(path: string, text: string): void {
    this.files.set(toAbsolute(path, this.directory), { text, changedAt: this.containers.clock.now() });
  }

  async runScript(commands: string, options: OutputOptions & { readonly env?: Environment }): Promise<ProgramEnd> {
    this.ran.push({ commands, env: options.env ?? {} });
    const { code = 0, takesMs = 0, prints = [], does } = this.scripts[commands] ?? { code: 127 };
    does?.();
    for (const line of prints) options.onLine(line);
    const lateMs = options.boundMs !== undefined && options.boundMs < takesMs ? options.boundMs : undefined;
    try {
      if (takesMs > 0) await this.containers.clock.sleep(lateMs ?? takesMs, options.signal);
    } catch {
      return { code: undefined, why: 'it was ended by SIGINT' };
    }
    return lateMs === undefined ? { code } : { code: undefined, why: 'it was ended by SIGTERM' };
  }

  hasProgram(): boolean {
    return true;
  }

  look(path: string): 'file' | 'folder' | 'missing' {
    const whole = toAbsolute(path, this.directory);
    if (this.files.has(whole)) return 'file';
    const isFolder = this.folders.has(whole) || [...this.files.keys()].some((one) => isWithin(one, whole));
    return isFolder ? 'folder' : 'missing';
  }

  resolveLinks(path: string): string | undefined {
    return this.look(path) === 'missing' ? undefined : toAbsolute(path, this.directory);
  }

  measure(path: string): { readonly bytes: number; readonly changedAt: number } | undefined {
    const file = this.files.get(toAbsolute(path, this.directory));
    return file && { bytes: file.text.length, changedAt: file.changedAt };
  }

  read(path: string): string {
    return this.files.get(toAbsolute(path, this.directory))!.text;
  }

  listFolder(path: string): readonly string[] {
    const whole = toAbsolute(path, this.directory);
    const below = [...this.files.keys()].filter((one) => one !== whole && isWithin(one, whole));
    return [...new Set(below.map((one) => one.slice(whole.length + (whole === '/' ? 0 : 1)).split('/')[0]!))];
  }

  async findFiles(patterns: readonly string[]) {
    const compiled = compilePatterns(patterns);
    return [...this.files]
      .filter(([path]) => isWithin(path, this.directory))
      .map(([path, { text, changedAt }]) => ({
        path: path.slice(this.directory.length + 1),
        bytes: text.length,
        changedAt,
      }))
      .filter(({ path }) => compiled.matches(path));
  }

  makeFolder(name: string): string {
    this.folders.add(`${this.artifacts}/${name}`);
    return `${this.artifacts}/${name}`;
  }

  openLog(name: string) {
    const lines: string[] = [];
    this.logs.set(name, lines);
    return { write: (line: string) => void lines.push(line), close: () => undefined };
  }

  writeFile(name: string, text: string): string {
    this.write(`${this.artifacts}/${name}`, text);
    return `${this.artifacts}/${name}`;
  }

  writePrivate(name: string, text: string): string {
    this.write(`${this.artifacts}.private/${name}`, text);
    return `${this.artifacts}.private/${name}`;
  }

  copyIn(path: string, name: string): boolean {
    const whole = toAbsolute(path, this.directory);
    const found = [...this.files].filter(([one]) => isWithin(one, whole));
    for (const [one, { text }] of found) this.write(`${this.artifacts}/${name}${one.slice(whole.length)}`, text);
    return found.length > 0;
  }

  async connects(address: string, port: number): Promise<boolean> {
    return this.containers.connects(address, port);
  }

  async openWebhook(address: string): Promise<ResultWebhook> {
    this.listensOn = address;
    const result = new Promise<string>((resolve) => (this.post = resolve));
    const url = `http://${address}:4321/secret`;
    return { url, result, refusal: () => undefined, close: async () => void (this.listensOn = undefined) };
  }

  print(line: string): void {
    this.printed.push(line);
  }
}
