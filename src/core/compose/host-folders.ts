import { Failure } from '../kernel/failure.js';
import type { ComposeHost } from './host.js';
import type { Layout } from './layout.js';
import type { ProjectModel, ServiceModel } from './model.js';
import { isWithin, toAbsolute } from './paths.js';
import type { ComposeRequest } from './request.js';
import type { Session } from './session.js';

/** What is there to be emptied: temporary folders are. */
const TEMPORARY = ['/tmp', '/var/tmp', '/dev/shm'];

interface Place {
  /** As the script names it. */
  readonly written: string;
  /** On the host. */
  readonly path: string;
  readonly script: string;
}

/**
 * Refuses a `setup` that visibly empties a folder of the host which existed before: one outside of the workspace and of
 * temporary folders, as with `rm -rf /mnt/*`. What it does to paths that are computed cannot be seen.
 *
 * @throws Failure `bad-input` that names the folder and the script
 */
export function refuseEmptying(
  request: ComposeRequest,
  { host, layout, model, session }: { host: ComposeHost; layout: Layout; model: ProjectModel; session: Session },
): void {
  const own = [host.workspace, ...TEMPORARY, host.env['RUNNER_TEMP'] ?? host.artifacts];
  const places = [
    ...listOnHost(request, layout, host),
    ...model.services
      .filter(({ name }) => session.kind === 'services' && session.services.includes(name))
      .flatMap((service) => listInContainer(service, host)),
  ];
  const bad = places.filter(
    ({ path }) =>
      !own.some((folder) => isWithin(path, folder)) && host.look(path) === 'folder' && host.listFolder(path).length > 0,
  );
  if (bad.length === 0) return;
  const described = bad.map(({ written, path, script }) =>
    written === path ? `${script} empties ${path}` : `${script} empties ${written}, which is ${path} of this machine`,
  );
  throw new Failure('bad-input', `${described.join('; ')}, which existed before and is not empty.`, {
    hint: 'Let the setup remove only what the test itself makes, by its names, or let it use a folder below $RUNNER_TEMP.',
  });
}

function listOnHost({ setup }: ComposeRequest, layout: Layout, host: ComposeHost): Place[] {
  const text = setup ?? layout.setup ?? '';
  const scripts = text.match(/[^\s'"]+\.(?:py|sh|bash)\b/g) ?? [];
  const sources = [
    { script: '`setup`', text },
    ...scripts
      .filter((path) => host.look(path) === 'file')
      .map((path) => ({ script: path.replace(/^.*\//, ''), text: host.read(path) })),
  ];
  return sources.flatMap(({ script, text: source }) =>
    findEmptied(source).map((written) => ({ written, path: toAbsolute(written, host.directory), script })),
  );
}

/** The same of the scripts that a session's command names, as its container sees the host's folders. */
function listInContainer({ words, binds }: ServiceModel, host: ComposeHost): Place[] {
  const toHost = (path: string): string | undefined => {
    const bind = binds
      .filter(({ target }) => isWithin(path, target))
      .toSorted((a, b) => b.target.length - a.target.length)[0];
    return bind && toAbsolute(`.${path.slice(bind.target.length)}`, bind.source);
  };
  const text = words.join(' ');
  const scripts = (text.match(/\/[^\s'"]+\.(?:py|sh|bash)\b/g) ?? []).flatMap((path) => {
    const source = toHost(path);
    return source !== undefined && host.look(source) === 'file'
      ? [{ script: path.replace(/^.*\//, ''), text: host.read(source) }]
      : [];
  });
  return [{ script: "the session's command", text }, ...scripts].flatMap(({ script, text: source }) =>
    findEmptied(source).flatMap((written) => {
      const path = toHost(written);
      return path === undefined ? [] : [{ written, path, script }];
    }),
  );
}

/** Absolute paths of folders that a Bash or Python text removes, or whose whole content it removes. */
export function findEmptied(text: string): readonly string[] {
  const code = text.replace(/^\s*#.*$/gm, '');
  const removed = [...code.matchAll(/\brm\s+((?:-\S+\s+)+)([^;&|\n]*)/g)]
    .filter(([, options]) => /-\w*[rR]|--recursive/.test(options!))
    .flatMap(([, , paths]) => paths!.trim().split(/\s+/));
  const deleted = [...code.matchAll(/\bfind\s+(\S+)(?![^;&|\n]*-i?name)[^;&|\n]*(?:-delete|-exec\s+rm)/g)].map(
    ([, path]) => path!,
  );
  const trees = [...code.matchAll(/\brmtree\(\s*(?:Path\()?[rf]?(["'][^"']*["'])/g)].map(([, path]) => path!);
  return [...new Set([...removed, ...deleted, ...trees, ...findEmptyingLoops(code)])]
    .map((path) => path.replace(/["']/g, ''))
    .map((path) => path.replace(/\/(?:\*|\.\[!\.\]\*|\{[^}]*\})$/, '').replace(/(?<=.)\/+$/, ''))
    .filter((path) => /^\/[^*?$`{[]*$/.test(path));
}

/** Python loops over a folder that remove each entry. A condition on the entry's name is taken as a choice. */
function findEmptyingLoops(code: string): readonly string[] {
  const constants = new Map(
    [...code.matchAll(/^(\w+)\s*=\s*(?:Path\()?(["'][^"']*["'])/gm)].map(([, name, value]) => [name!, value!]),
  );
  const loop =
    /^([ \t]*)for\s+\w+\s+in\s+(?:os\.(?:listdir|scandir)|Path)\(\s*(["'][^"']*["']|\w+)\s*\)[^\n]*\n((?:\1[ \t]+[^\n]*\n?|\s*\n)+)/gm;
  return [...code.matchAll(loop)]
    .filter(([, , , body]) => /\b(rmtree|os\.remove|unlink|rmdir|rm)\b/.test(body!) && !choosesEntries(body!))
    .map(([, , folder]) => constants.get(folder!) ?? folder!);
}

/** Whether a loop removes only some entries. A condition on their kind is none on their names. */
function choosesEntries(body: string): boolean {
  return body.split('\n').some((line) => /\bif\b/.test(line) && !/\bis_?(?:dir|file|link)\b/.test(line));
}
