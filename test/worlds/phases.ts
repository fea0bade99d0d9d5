import type { Phase } from '../../src/core/phases/phase.js';
import type { FoundFile, ListedFile, PhaseHost, PhaseProgram, PhaseProgramEnd } from '../../src/core/phases/host.js';
import { planPhases, type PhasePlan, type PlanSettings } from '../../src/core/phases/plan.js';
import { readPhases } from '../../src/core/phases/read-phases.js';
import type { FakeClock } from './fake-clock.js';

export const NO_SETTINGS: PlanSettings = { slots: {}, parallel: 256, only: [], skip: [] };

/** Phases as the input has them; without `run`, they succeed at once. */
export function phasesOf(...given: readonly Readonly<Record<string, unknown>>[]): readonly Phase[] {
  const { phases, problems } = readPhases(given.map((one) => ({ run: 'true', ...one })));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return phases;
}

/** @throws Error with the problems */
export function planOf(
  given: readonly Readonly<Record<string, unknown>>[],
  settings: Partial<PlanSettings> = {},
): PhasePlan {
  const { plan, problems } = planPhases(phasesOf(...given), { ...NO_SETTINGS, ...settings });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return plan;
}

/** What a program of the fake host does. Its command is `seconds=3 code=1`. */
export class FakePhaseHost implements PhaseHost {
  readonly artifacts = '/artifacts';
  readonly files = new Map<string, string>();
  readonly folders = new Set<string>();
  /** What runs now, and what has begun, by the phases' titles. */
  readonly running = new Set<string>();
  readonly begun: string[] = [];
  /** What was printed before each line, by the phases' titles. */
  readonly prefixes = new Map<string, string>();
  readonly found: FoundFile[] = [];
  /** Called when a program begins. */
  onBegin: (title: string) => unknown = () => undefined;
  /** Of every log. */
  logProblem: string | undefined;
  /** Names that cannot be written. */
  full: (name: string) => boolean = () => false;

  constructor(private readonly clock: FakeClock) {}

  listArtifacts(): readonly string[] {
    return [...this.folders, ...[...this.files.keys()].filter((name) => !name.includes('/'))];
  }

  makeFolder(name: string): void {
    this.refuse(name);
    this.folders.add(name);
  }

  writeFile(name: string, text: string): void {
    this.refuse(name);
    this.files.set(name, text);
  }

  writeShared(name: string, text: string): void {
    this.writeFile(`../shared/${name}`, text);
  }

  appendLine(name: string, line: string): void {
    this.refuse(name);
    this.files.set(name, `${this.files.get(name) ?? ''}${line}\n`);
  }

  readFile(name: string): string {
    return this.files.get(name) ?? '';
  }

  readFirstLine(name: string): string | undefined {
    return this.files.get(name)?.split('\n', 1)[0];
  }

  removeFile(name: string): void {
    this.files.delete(name);
  }

  listFiles(folder: string): readonly ListedFile[] {
    return [...this.files]
      .filter(([name]) => name.startsWith(`${folder}/`))
      .map(([name, text]) => ({ path: name.slice(folder.length + 1), bytes: text.length }));
  }

  findFailures(folder: string): readonly string[] {
    return [...this.files.keys()].filter((name) => name.startsWith(`${folder}/`) && name.endsWith('/FAILURE'));
  }

  async findFiles(): Promise<readonly FoundFile[]> {
    return this.found;
  }

  async run({ commands, env, boundMs, signal, prefix }: PhaseProgram): Promise<PhaseProgramEnd> {
    const title = env['PHASE']!;
    const seconds = Number(/seconds=([\d.]+)/.exec(commands)?.[1] ?? 0);
    this.begun.push(title);
    this.prefixes.set(title, prefix);
    this.running.add(title);
    this.onBegin(title);
    const took = Math.min(seconds * 1_000, boundMs);
    await this.clock.sleep(took, signal).catch(() => undefined);
    this.running.delete(title);
    const code = Number(/code=(\d+)/.exec(commands)?.[1] ?? 0);
    const { logProblem } = this;
    return { code, lastLines: code === 0 ? [] : ['the last line'], ...(logProblem && { logProblem }) };
  }

  private refuse(name: string): void {
    if (this.full(name)) throw new Error('ENOSPC: no space left on device');
  }
}
