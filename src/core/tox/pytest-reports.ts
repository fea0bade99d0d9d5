/** What the name of a report's environment stands for; `$NAME` in the path is replaced by pytest itself. */
export const OWN_REPORT = '$TOX_ENV_NAME.xml';

/** PYTEST_ADDOPTS with which pytest writes JUnit into the folder, too. What a command itself names wins. */
export function composeAddOptions(given: string | undefined, folder: string): string {
  const option = `'--junitxml=${folder}/${OWN_REPORT}'`;
  return given === undefined || given.trim() === '' ? option : `${given} ${option}`;
}

/** Why pytest must not be asked for JUnit, found in its configuration: our option would win over the user's own. */
export function findObstacle(texts: readonly string[]): { readonly path?: string } | undefined {
  for (const text of texts) {
    if (/no:junitxml/.test(text)) return {};
    const [, path] =
      /\baddopts\b[^\n]*(?:\n[ \t]+[^\n]*|\n["'][^\n]*)*?--junit-?xml[=\s"',]+([^\s"',\]]+)/.exec(text) ?? [];
    if (path !== undefined) return { path };
  }
  return undefined;
}

/** Where pytest may be configured, and where tox may be told to run it without the plugin. */
export const CONFIGURATION_FILES = [
  'pytest.ini',
  '.pytest.ini',
  'pytest.toml',
  '.pytest.toml',
  'pyproject.toml',
  'tox.ini',
  'setup.cfg',
  'tox.toml',
] as const;

export interface OwnReport {
  readonly environment: string;
  readonly path: string;
  /** The first kilobytes of the file. */
  readonly head: string;
}

/**
 * The reports without those of runs inside of others: a test that runs pytest as a program hands its environment on,
 * and its tests may well fail on purpose. Such a run begins and ends within that of the other.
 */
export function leaveOutNested<T extends OwnReport>(reports: readonly T[]): readonly T[] {
  const spans = reports.map((report) => ({ report, span: readSpan(report.head) }));
  return spans
    .filter(({ report, span }) => !spans.some((other) => other.report !== report && contains(other, { report, span })))
    .map(({ report }) => report);
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function contains(outer: { report: OwnReport; span: Span | undefined }, inner: typeof outer): boolean {
  if (outer.span === undefined || inner.span === undefined) return false;
  if (outer.report.environment !== inner.report.environment) return false;
  return outer.span.from < inner.span.from && inner.span.to < outer.span.to;
}

function readSpan(head: string): Span | undefined {
  const [tag = ''] = /<testsuite\s[^>]*>/.exec(head) ?? [];
  const from = Date.parse(/\btimestamp="([^"]+)"/.exec(tag)?.[1] ?? '');
  const seconds = Number(/\btime="([^"]+)"/.exec(tag)?.[1]);
  return Number.isNaN(from + seconds) ? undefined : { from, to: from + seconds * 1_000 };
}
