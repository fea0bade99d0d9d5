/** An absolute path without `.`, `..` and doubled slashes. */
export function toAbsolute(path: string, directory: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Whether a path is a folder or lies below it. Both are absolute and without `..`. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** `SERVICE:/path` in a container; `undefined` for a path of the host. */
export function readContainerPath(path: string): { readonly service: string; readonly path: string } | undefined {
  const [, service, inside] = /^([\w.-]+):(\/.*)$/.exec(path) ?? [];
  return service === undefined ? undefined : { service, path: inside! };
}
