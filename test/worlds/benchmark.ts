import { posix } from 'node:path';
import { planBenchmark, type BenchmarkPlan } from '../../src/core/compose/benchmark.js';
import type { ComposeHost } from '../../src/core/compose/host.js';
import type { ComposeRequest } from '../../src/core/compose/request.js';
import { Failure } from '../../src/core/kernel/failure.js';

/** A request with all inputs empty. */
export const emptyRequest: ComposeRequest = {
  directory: '.',
  files: [],
  profiles: [],
  envFiles: [],
  session: { kind: 'services', services: ['tests'] },
  ready: {},
  build: true,
  pull: 'missing',
  unsetVariables: 'warn',
  readyTimeoutMs: 600_000,
  timeoutMs: 3_600_000,
  onServerExit: 'fail',
  collect: [],
  requireFiles: [],
  datasets: [],
  resultFrom: { kind: 'exit-code' },
  gpu: 'none',
  sleepAfterStartMs: 0,
};

/** The files of a machine by absolute path: their text, or the path that they link to. */
export type HostFiles = Readonly<Record<string, string | { readonly linkTo: string }>>;

type FilesOfHost = Pick<ComposeHost, 'look' | 'read' | 'resolveLinks'>;

/** A machine's files, with the project in `/project`. A folder exists if a file is below it. */
export function hostWith(files: HostFiles): FilesOfHost {
  const locate = (path: string): string => posix.resolve('/project', path);
  const resolveLinks = (path: string): string | undefined => {
    const at = locate(path);
    const file = files[at];
    if (typeof file === 'object') return resolveLinks(file.linkTo);
    return file !== undefined || Object.keys(files).some((one) => one.startsWith(`${at}/`)) ? at : undefined;
  };
  return {
    look: (path) => (files[locate(path)] === undefined ? 'missing' : 'file'),
    read: (path) => files[locate(path)] as string,
    resolveLinks,
  };
}

/** The services that a project has, each with an image. */
export function modelWith(...services: readonly string[]): { services: Record<string, object> } {
  return { services: Object.fromEntries(services.map((name) => [name, { image: `example/${name}` }])) };
}

export interface BenchmarkGiven {
  readonly request?: Partial<ComposeRequest>;
  readonly services?: readonly string[];
  readonly files?: HostFiles;
  readonly isBeforeSetup?: boolean;
}

export function planOf({
  request = {},
  services = ['api', 'tests'],
  files = {},
  isBeforeSetup = false,
}: BenchmarkGiven): BenchmarkPlan {
  return planBenchmark(
    { ...emptyRequest, ...request },
    {
      model: modelWith(...services),
      files: ['/project/compose.yml'],
      host: hostWith({ '/project/compose.yml': '', ...files }),
      isBeforeSetup,
    },
  );
}

/** All problems of inputs that are refused, as one text. */
export function problemsOf(given: BenchmarkGiven): string {
  try {
    planOf(given);
  } catch (error) {
    if (error instanceof Failure && error.code === 'bad-input') {
      return [error.message, ...(error.about.details ?? [])].join('\n');
    }
    throw error;
  }
  return 'no problem';
}
