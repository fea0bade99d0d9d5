/** A mapping of a YAML document. What a workflow file may hold is checked where it is read. */
export type Node = Readonly<Record<string, unknown>>;

/** The value as a mapping; empty for anything else. */
export function asNode(value: unknown): Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {};
}

/** The value as a list: a single value is a list of one. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The value as text; '' for a list, a mapping or nothing. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export interface Legs {
  /** The matrix values of each leg; one empty mapping without a matrix. */
  readonly values: readonly Node[];
  /** Parts of the matrix are computed while the workflow runs, so there may be more legs. */
  readonly isOpen: boolean;
}

/** GitHub's limit. */
const MOST_LEGS = 256;

/** The legs of a job, by GitHub's rules for `include` and `exclude`. */
export function listLegs(job: Node): Legs {
  const { matrix } = asNode(job['strategy']);
  if (matrix === undefined) return { values: [{}], isOpen: false };
  const { include, exclude, ...axes } = asNode(matrix);
  const known = Object.entries(axes).filter(([, values]) => Array.isArray(values)) as [string, unknown[]][];
  const isOpen = Object.keys(asNode(matrix)).length === 0 || known.length < Object.keys(axes).length;
  let legs: Node[] = known.length === 0 ? [] : [{}];
  for (const [name, values] of known)
    legs = legs.flatMap((leg) => values.map((value) => ({ ...leg, [name]: value }))).slice(0, MOST_LEGS);
  legs = legs.filter((leg) => !asList(exclude).some((one) => isWithin(asNode(one), leg)));
  const extra: Node[] = [];
  for (const one of asList(include).map(asNode)) {
    const shared = Object.fromEntries(Object.entries(one).filter(([name]) => name in axes));
    const fits = legs.filter((leg) => isWithin(shared, leg));
    if (fits.length === 0) extra.push(one);
    legs = legs.map((leg) => (fits.includes(leg) ? { ...leg, ...one } : leg));
  }
  const values = [...legs, ...extra];
  return { values: values.length === 0 ? [{}] : values, isOpen: isOpen || [include, exclude].some(isText) };
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isWithin(part: Node, leg: Node): boolean {
  return Object.entries(part).every(([name, value]) => JSON.stringify(leg[name]) === JSON.stringify(value));
}

/** The text with the values of `${{ matrix.os }}`, `${{ github.run_id }}` …, as far as they are known. */
export function interpolate(text: string, contexts: Node): string {
  return text.replaceAll(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (whole, path: string) => {
    const value = lookUp(path, contexts);
    return value === undefined || typeof value === 'object' ? whole : asText(value);
  });
}

function lookUp(path: string, contexts: Node): unknown {
  return path.split('.').reduce<unknown>((node, key) => asNode(node)[key], contexts);
}

/** The labels of a `runs-on`: a text, a list, or `labels` beside a group. */
export function listRunsOn(runsOn: unknown, contexts: Node): readonly string[] {
  const [, path] = (typeof runsOn === 'string' && /^\$\{\{\s*([\w.-]+)\s*\}\}$/.exec(runsOn)) || [];
  const value = path === undefined ? undefined : lookUp(path, contexts);
  const given = typeof value === 'object' ? value : runsOn;
  const labels = asList('labels' in asNode(given) ? asNode(given)['labels'] : given);
  return labels.map((one) => interpolate(asText(one), contexts)).filter((one) => one !== '');
}

/** Whether an expression in the text has this path, also written as `needs['start'].outputs.label`. */
export function mentions(text: string, path: string): boolean {
  const plain = text.replaceAll(/\[\s*'([^']+)'\s*\]/g, '.$1').toLowerCase();
  const escaped = path.toLowerCase().replaceAll('.', '\\.');
  return new RegExp(`(?<![\\w.-])${escaped}(?![\\w.-])`).test(plain);
}

/** The jobs that must be over before this one, directly or through others. */
export function listNeeds(jobs: Node, name: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const one of asList(asNode(jobs[name])['needs']).map(asText)) {
    if (seen.has(one)) continue;
    seen.add(one);
    listNeeds(jobs, one, seen);
  }
  return seen;
}
