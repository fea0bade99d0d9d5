import { relative } from 'node:path';
import { actions, type Action, type SharedChunk } from '../../actions/index.js';
import { root } from './root.js';

/** The module that exports an action's steps; its bundle is `dist/chunks/<name>.js`. */
export function entryOf({ name }: Pick<Action, 'name'>): string {
  return `${root}actions/${name}.ts`;
}

/** EC2's requests that no start sends, or only one with a pool or a data volume: code that is loaded late sends them. */
export const lateCommand =
  /client-ec2\/.*\/commands\/((Attach|Create|Delete|Describe|Detach)(Volumes?|Snapshots?)|(Cancel|Describe)SpotInstanceRequests|ModifyInstanceAttribute|StartInstances|CreateTags)Command\.js$/;

const AWS_SDK =
  /node_modules\/@aws-sdk\/(?!credential-provider-(?!env|node)|nested-clients|client-ssm|core\/.*\/json\/)/;

/**
 * The bundles in dist/chunks/ beside the entries, by what is in them; the first group that matches a module has it.
 * V8 keeps the memory that it needed to parse the largest file, so one file of everything would cost 4 MiB more.
 * Modules that the sources import by `import()` are files of their own without a group.
 */
export function divideIntoGroups() {
  // The bundler asks for each module and each group. The graph does not change meanwhile.
  const names = new Map<string, SharedChunk | null>();
  const nameOnce = (id: string, graph: Graph): SharedChunk | null => {
    if (!names.has(id)) names.set(id, nameShared(id, graph));
    return names.get(id)!;
  };
  return describeGroups(nameOnce).map((group, at, { length }) => ({ ...group, priority: length - at }));
}

const describeGroups = (nameOnce: typeof nameShared) => [
  { name: 'smithy', test: /node_modules\/@smithy\/(?!credential-provider-imds|core\/.*\/json\/)/ },
  {
    name: 'aws-sdk',
    test: (id: string) => AWS_SDK.test(id) && !isLate(id),
  },
  { name: 'aws-ec2-late', test: isLate },
  // run-compose and run-phases read it when they begin, and a start only for an input in YAML.
  { name: 'yaml', test: /src\/core\/kernel\/yaml\.ts$|node_modules\/js-yaml\// },
  // judge-results reads it when it begins, and run-compose and run-phases only with `interleave`.
  { name: 'random', test: /src\/core\/kernel\/random\.ts$/ },
  { name: 'octokit-and-toolkit', test: /node_modules\/(@octokit|@actions\/(core|github))\// },
  // A group also takes what its modules import, so the chunks that others need come first.
  ...(['shared-by-all', 'shared-by-some', 'shared-by-runs', undefined] as const).map((only) => ({
    debugName: only ?? 'shared',
    name: (id: string, graph: Graph) => {
      const name = nameOnce(id, graph);
      return only === undefined || name === only ? name : null;
    },
    test: isShared,
  })),
  // What run-compose and run-phases both load with `interleave`.
  {
    name: 'interleaved',
    test: /src\/(core\/interleave\/(measurement|order|report)|host\/(find-sides|result-copies|side-files))\.ts$/,
  },
  { name: 'aws-ssm', test: /client-ssm|\/json\/|src\/ec2\/parameters/ },
  // For AWS credentials from elsewhere than the environment.
  { name: 'aws-credential-providers', test: /credential-provider|nested-clients|\0uncalled/ },
];

/** The chunks that every start reads. */
export const readByStart: readonly string[] = [
  'smithy',
  'aws-sdk',
  'octokit-and-toolkit',
  actions[0].chunk,
  actions[0].name,
];

/** @see divideShapes */
function isLate(id: string): boolean {
  return lateCommand.test(id) || id.endsWith('?late');
}

/** Code of this repository and what it imports, except the entries and what is loaded only by `import()` everywhere. */
function isShared(id: string): boolean {
  const path = relative(root, id);
  return /^(src|actions)\//.test(path) && !actions.some((action) => entryOf(action) === id);
}

interface Graph {
  getModuleInfo(id: string): {
    readonly importedIds: readonly string[];
    readonly dynamicallyImportedIds: readonly string[];
  } | null;
}

/**
 * The chunk of a module that steps read when they begin: that of the only kind of action that does so, unless others need
 * the module as well, if only later. They would read the whole chunk for it.
 *
 * @returns `null` for a module that every action loads by `import()`: it goes into a file of its own
 */
function nameShared(id: string, graph: Graph): SharedChunk | null {
  const users = actions.filter((action) => findReached(entryOf(action), graph).has(id));
  const [first] = users;
  if (first === undefined || first === actions[0]) return first?.chunk ?? null;
  const isAlsoLate = findReached(entryOf(actions[0]), graph, { late: true }).has(id);
  if (isAlsoLate || !users.every(({ chunk }) => chunk === first.chunk || (isOfRuns(chunk) && isOfRuns(first.chunk))))
    return 'shared-by-some';
  return users.every(({ chunk }) => chunk === first.chunk) ? first.chunk : 'shared-by-runs';
}

const OF_RUNS: readonly SharedChunk[] = [
  'shared-by-tests',
  'shared-by-compose',
  'shared-by-phases',
  'shared-by-results',
];

/** Whether it is of the actions that run something on a machine, or judge it, and have nothing to do with the machines themselves. */
function isOfRuns(chunk: SharedChunk): boolean {
  return OF_RUNS.includes(chunk);
}

/** The modules that a module imports, directly or through others. @param late: also by `import()` */
function findReached(
  id: string,
  graph: Graph,
  { late = false, reached = new Set<string>() } = {},
): ReadonlySet<string> {
  if (reached.has(id)) return reached;
  reached.add(id);
  const { importedIds = [], dynamicallyImportedIds = [] } = graph.getModuleInfo(id) ?? {};
  const next = late ? [...importedIds, ...dynamicallyImportedIds] : importedIds;
  for (const one of next) findReached(one, graph, { late, reached });
  return reached;
}
