import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the verdict of a case is about, as cases.json names it. */
export type Session =
  | string
  | readonly string[]
  | { readonly exec: string; readonly command: string }
  | { readonly host: string }
  | { readonly image: string; readonly command: string };

export interface CaseInputs {
  readonly ready?: Readonly<Record<string, string>>;
  readonly collect?: readonly string[];
  /** `deps`, `all`, or services. */
  readonly services?: string | readonly string[];
  readonly build?: readonly string[];
  readonly profiles?: readonly string[];
  readonly setup?: string;
  readonly assert?: string;
  readonly teardown?: string;
  /** A variable without a value is an error. */
  readonly strict_env?: boolean;
}

export interface Expected {
  readonly verdict: 'pass' | 'fail' | 'error';
  readonly exit_code: number;
  readonly phase: string;
  readonly seconds_at_most: number;
  readonly session_starts: boolean;
  /** Text that the error or the warnings must contain. */
  readonly says?: readonly string[];
  readonly note?: string;
}

export interface Variant {
  readonly name: string;
  readonly change: {
    readonly env: Readonly<Record<string, string>>;
    readonly inputs?: CaseInputs;
    /** These files in place of the project's. */
    readonly files?: readonly string[];
    /** Null: the input is not given. */
    readonly session?: Session | null;
    /** Files of the workspace in place of others, by path. */
    readonly write?: Readonly<Record<string, string>>;
    /** A container of this service is killed so long after the session started. */
    readonly kill?: { readonly service: string; readonly after_session_s: number };
  };
  readonly expected: Expected;
}

/** The exit code of each command of plain Compose; 124: it did not end; null: not tried. */
export type PlainCodes = Readonly<Record<string, number | null>>;

/** A Compose project, how its users run it, and what is right for it in each situation. */
export interface ComposeCase {
  readonly id: string;
  readonly origin: string;
  readonly session: Session | null;
  readonly compose_files: readonly string[];
  readonly inputs: CaseInputs;
  readonly shape: string;
  readonly variants: readonly Variant[];
  readonly plain_compose?: Readonly<Record<string, PlainCodes>>;
  /** The folder of the project. Its copy has its name. */
  readonly folder?: string;
  /** Cases of a lane share names at Docker, so they do not run side by side. Default: its id. */
  readonly lane?: string;
  /** The path of the project in the workspace. Default: its id. */
  readonly directory?: string;
  /** Files of the workspace, by path. */
  readonly write?: Readonly<Record<string, string>>;
  /** Volumes that exist before, and must exist after. */
  readonly outside?: { readonly volumes: readonly string[] };
}

/** The cases beside this checkout, in `../shared/cases`; `undefined` in a user's clone, which does not have them. */
export function findShared(name: string): string | undefined {
  const places = ['../../../../shared', '../../../../../shared'].map((folder) =>
    fileURLToPath(new URL(`${folder}/cases/${name}`, import.meta.url)),
  );
  return places.find((place) => existsSync(place));
}

/** Reads a cases.json, whose projects are the folders beside it. */
export function readCases(file: string | undefined): readonly ComposeCase[] {
  if (file === undefined) return [];
  const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Omit<ComposeCase, 'folder'>[];
  return cases.map((one) => ({ ...one, folder: join(dirname(file), one.id) }));
}

/** The inputs of run-compose for a variant. */
export function toInputs(project: ComposeCase, { change }: Variant): Record<string, string> {
  const { ready = {}, collect = [], services, build, profiles = [], ...rest } = { ...project.inputs, ...change.inputs };
  const lines = (values: readonly string[]): string => values.join('\n');
  const inputs: Record<string, string | undefined> = {
    directory: project.directory ?? project.id,
    files: lines(change.files ?? project.compose_files),
    profiles: lines(profiles),
    env: JSON.stringify(change.env),
    ...toSession(sessionOf(project, change)),
    ready: Object.entries(ready)
      .map(([service, rule]) => `${service}: ${rule}`)
      .join('\n'),
    collect: lines(collect),
    services: services === 'deps' ? 'dependencies' : typeof services === 'object' ? lines(services) : services,
    build: build && lines(build),
    setup: rest.setup,
    assert: rest.assert,
    teardown: rest.teardown,
    'unset-variables': rest.strict_env === true ? 'fail' : undefined,
  };
  return Object.fromEntries(
    Object.entries(inputs).filter((one): one is [string, string] => one[1] !== undefined && one[1] !== ''),
  );
}

/** The session of a variant. */
export function sessionOf({ session }: ComposeCase, change: Variant['change']): Session | null {
  return change.session === undefined ? session : change.session;
}

function toSession(session: Session | null): Record<string, string> {
  if (session === null) return {};
  if (typeof session === 'string') return { session };
  if ('exec' in session) return { exec: session.exec, command: session.command };
  if ('host' in session) return { run: session.host };
  if ('image' in session) return { 'session-image': session.image, command: session.command };
  return { session: session.join('\n') };
}
