import type { PytestReport } from './ports.js';

/** The file name of a report. pytest itself replaces `$NAME` in a path. */
export const REPORT_NAME = '$TOX_ENV_NAME.xml';

/** PYTEST_ADDOPTS that make pytest write JUnit into the folder. A `--junitxml` of the command itself wins. */
export function composeAddOptions(given: string | undefined, folder: string): string {
  const option = `'--junitxml=${folder}/${REPORT_NAME}'`;
  return given === undefined || given.trim() === '' ? option : `${given} ${option}`;
}

/**
 * Finds pytest configuration that PYTEST_ADDOPTS would override: a JUnit file of the user, with its path, or
 * `no:junitxml`.
 */
export function findObstacle(texts: readonly string[]): { readonly path?: string } | undefined {
  for (const text of texts) {
    if (/no:junitxml/.test(text)) return {};
    const [, path] =
      /\baddopts\b[^\n]*(?:\n[ \t]+[^\n]*|\n["'][^\n]*)*?--junit-?xml[=\s"',]+([^\s"',\]]+)/.exec(text) ?? [];
    if (path !== undefined) return { path };
  }
  return undefined;
}

/** The files that may configure pytest, or make tox run pytest without the JUnit plugin. */
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

/**
 * Leaves out the reports of nested runs. A test that runs pytest as a program passes its environment on, and the nested
 * tests may fail on purpose. A nested run starts and ends within the time of the outer run.
 */
export function leaveOutNested<T extends PytestReport>(reports: readonly T[]): readonly T[] {
  const spans = reports.map((report) => ({ report, span: readSpan(report.head) }));
  return spans
    .filter(({ report, span }) => !spans.some((other) => other.report !== report && contains(other, { report, span })))
    .map(({ report }) => report);
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function contains(outer: { report: PytestReport; span: Span | undefined }, inner: typeof outer): boolean {
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
