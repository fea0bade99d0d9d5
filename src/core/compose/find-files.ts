import { Failure } from '../kernel/failure.js';
import type { Environment } from '../ports/programs.js';
import type { ComposeHost } from './host.js';
import { toAbsolute } from './paths.js';
import type { ComposeRequest } from './request.js';

/** In the order in which Compose prefers them (DefaultFileNames of compose-go). */
const DEFAULT_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const DEFAULT_OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];
/** What Compose reads of its own settings, from the environment or from `.env`. */
const SETTINGS = ['COMPOSE_FILE', 'COMPOSE_PATH_SEPARATOR', 'COMPOSE_PROFILES'] as const;

export interface FoundFiles {
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  /** The folder of the first file, from which relative paths in the files start. */
  readonly directory: string;
}

/** Finds the files of the project as Compose does. @throws Failure `bad-input` if a file does not exist */
export function findFiles(request: ComposeRequest, host: ComposeHost): FoundFiles {
  const settings = readSettings(request, host);
  const named = request.files.length > 0;
  const files = named ? request.files : (listFromSettings(settings) ?? findDefaults(host));
  const wanted = { [named ? 'files' : 'COMPOSE_FILE']: files, 'env-file': request.envFiles };
  const missing = Object.entries(wanted).flatMap(([input, paths]) =>
    paths.filter((path) => host.look(path) !== 'file').map((path) => describeMissing(input, path, host)),
  );
  if (missing.length > 0)
    throw new Failure('bad-input', missing.join(' '), {
      hint: 'Correct the paths, which are relative to `directory`. Is the repository checked out?',
    });
  const absolute = files.map((path) => toAbsolute(path, host.directory));
  return {
    files: absolute,
    envFiles: request.envFiles.map((path) => toAbsolute(path, host.directory)),
    profiles: request.profiles.length > 0 ? request.profiles : splitList(settings['COMPOSE_PROFILES'] ?? '', ','),
    directory: absolute[0]!.replace(/\/[^/]*$/, '') || '/',
  };
}

function describeMissing(input: string, path: string, host: ComposeHost): string {
  const what = host.look(path) === 'folder' ? 'is a folder' : 'does not exist';
  const dash = path.startsWith('- ')
    ? ` Write \`${path.slice(2).trim()}\` without the dash: a list has one entry per line.`
    : '';
  return `\`${input}\` names ${path}, which ${what} in ${host.directory}.${dash}`;
}

function listFromSettings(settings: Environment): readonly string[] | undefined {
  const files = splitList(settings['COMPOSE_FILE'] ?? '', settings['COMPOSE_PATH_SEPARATOR'] || ':');
  return files.length > 0 ? files : undefined;
}

/** @throws Failure `bad-input` that names the folder */
function findDefaults(host: ComposeHost): readonly string[] {
  const isFile = (name: string): boolean => host.look(name) === 'file';
  const main = DEFAULT_FILES.find(isFile);
  const override = DEFAULT_OVERRIDES.find(isFile);
  if (main !== undefined) return override === undefined ? [main] : [main, override];
  if (host.look('.') !== 'folder')
    throw new Failure('bad-input', `\`directory\` is ${host.directory}, which is no folder.`, {
      hint: 'Correct `directory`, which is relative to the workspace. Is the repository checked out?',
    });
  const others = host.listFolder('.').filter((name) => /compose.*\.ya?ml$/i.test(name));
  const found = others.length > 0 ? ` It has ${others.join(', ')}: name what you mean in \`files\`.` : '';
  throw new Failure('bad-input', `There is no Compose file in ${host.directory}.${found}`, {
    hint: `Set \`directory\` to the folder that has ${DEFAULT_FILES.join(', ')}, or name the files in \`files\`.`,
  });
}

/** The environment wins over `.env`, as in Compose. */
function readSettings({ envFiles }: ComposeRequest, host: ComposeHost): Environment {
  const files = (envFiles.length > 0 ? envFiles : ['.env']).filter((path) => host.look(path) === 'file');
  const lines = files.flatMap((path) => host.read(path).split(/\r?\n/));
  const fromFiles = lines.flatMap((line) => {
    const [, name, value = ''] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, unquote(value)] as const];
  });
  const all: Environment = { ...Object.fromEntries(fromFiles), ...host.env };
  return Object.fromEntries(SETTINGS.map((name) => [name, all[name]]));
}

function unquote(value: string): string {
  const [, quoted] = /^(?:"([^"]*)"|'[^']*')/.exec(value) ?? [];
  return quoted ?? value.replace(/^'([^']*)'.*$/, '$1').replace(/\s+#.*$/, '');
}

function splitList(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
