const RUNNERS = /^(pytest|py\.test|stestr|trial|nose2|nosetests|unittest|twisted\.trial)$/;
const WRAPPERS = /^(coverage|uv|poetry|pdm|hatch|env|timeout|nice|time|xvfb-run|sudo)$/;

/** The known test program that a command runs, directly or through a wrapper such as `coverage`. */
export function nameTestProgram(argv: readonly string[]): string | undefined {
  const [first = '', ...rest] = argv.map((word) => word.slice(word.lastIndexOf('/') + 1));
  if (RUNNERS.test(first)) return first;
  const module = rest[rest.indexOf('-m') + 1];
  const isPython = /^(python|pypy)[\d.]*$/.test(first);
  if (!isPython && !WRAPPERS.test(first)) return undefined;
  if (rest.includes('-m') && module !== undefined && RUNNERS.test(module)) return module;
  // `python -m coverage run -m pytest`: the program comes after the wrapping module.
  if (isPython && module !== undefined && WRAPPERS.test(module))
    return nameTestProgram(rest.slice(rest.indexOf('-m') + 1));
  const candidates = isPython ? rest.slice(0, 1) : rest;
  return candidates.find((word) => RUNNERS.test(word));
}

/** The JUnit file that a pytest command names. */
export function findJunitOption(argv: readonly string[]): string | undefined {
  const at = argv.findLastIndex((word) => /^--junit-?xml(=|$)/.test(word));
  if (at < 0) return undefined;
  const [, path] = argv[at]!.split(/=(.*)/s);
  return path ?? argv[at + 1];
}
