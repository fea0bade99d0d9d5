/** Text of files by their path. */
export type Texts = Readonly<Record<string, string>>;

/** `owner/name@commit # v1.2.3`, also with a folder of the action. */
const PIN = /\b([\w-]+\/[\w.-]+)((?:\/[\w./-]+)?)@([0-9a-f]{40}) # v(\d+)\.(\d+)\.(\d+)(?![\w.-])/g;

interface Pin {
  readonly path: string;
  readonly action: string;
  readonly commit: string;
  readonly version: readonly number[];
}

/**
 * Gives every pin of an action the newest version that one of the files has, so that one changed line is enough:
 * Dependabot's, for example, which sees neither templates nor starters.
 *
 * @returns the files that change
 * @throws Error when a version has two commits
 */
export function alignPins(texts: Texts): Texts {
  const newest = findNewest(Object.entries(texts).flatMap(([path, text]) => listPins(path, text)));
  const aligned = Object.entries(texts).map(([path, text]) => [path, alignText(text, newest)] as const);
  return Object.fromEntries(aligned.filter(([path, text]) => text !== texts[path]));
}

function listPins(path: string, text: string): Pin[] {
  return [...text.matchAll(PIN)].map(([, action = '', , commit = '', ...version]) => ({
    path,
    action,
    commit,
    version: version.slice(0, 3).map(Number),
  }));
}

function findNewest(pins: readonly Pin[]): ReadonlyMap<string, Pin> {
  const newest = new Map<string, Pin>();
  for (const pin of pins) {
    const other = newest.get(pin.action);
    const order = other === undefined ? 1 : compare(pin.version, other.version);
    if (other !== undefined && order === 0 && pin.commit !== other.commit)
      throw new Error(
        `${pin.action} v${pin.version.join('.')} is commit ${other.commit} in ${other.path} and ${pin.commit} in ${pin.path}. ` +
          'A version has one commit: compare with the tag in its repository.',
      );
    if (order > 0) newest.set(pin.action, pin);
  }
  return newest;
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((part, place) => part !== other[place]);
  return index < 0 ? 0 : one[index]! - other[index]!;
}

function alignText(text: string, newest: ReadonlyMap<string, Pin>): string {
  return text.replace(PIN, (_, action: string, folder: string) => {
    const { commit, version } = newest.get(action)!;
    return `${action}${folder}@${commit} # v${version.join('.')}`;
  });
}
