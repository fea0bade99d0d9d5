import { relative } from 'node:path';
import { actions, type Action } from '../../actions/index.js';
import { root } from './root.js';

/** The module that exports an action's steps; its bundle is `dist/chunks/<name>.js`. */
export function entryOf({ name }: Pick<Action, 'name'>): string {
  return `${root}actions/${name}.ts`;
}

/**
 * The bundles in dist/chunks/ beside the entries, by what is in them; the first group that matches a module has it.
 * V8 keeps the memory that it needed to parse the largest file, so one file of everything would cost 4 MiB more.
 * Modules that the sources import by `import()` are files of their own without a group.
 */
export const groups = [
  { name: 'smithy', test: /node_modules\/@smithy\/(?!credential-provider-imds|core\/.*\/json\/)/ },
  {
    name: 'aws-sdk',
    test: /node_modules\/@aws-sdk\/(?!credential-provider-(?!env|node)|nested-clients|client-ssm|core\/.*\/json\/)/,
  },
  { name: 'octokit-and-toolkit', test: /node_modules\/(@octokit|@actions\/(core|github))\// },
  { debugName: 'shared', name: nameShared, test: isShared },
  { name: 'aws-ssm', test: /client-ssm|\/json\/|src\/ec2\/parameters/ },
  // For AWS credentials from elsewhere than the environment.
  { name: 'aws-credential-providers', test: /credential-provider|nested-clients|\0uncalled/ },
].map((group, at, { length }) => ({ ...group, priority: length - at }));

/** The chunks that every start reads. */
export const readByStart: readonly string[] = [
  'smithy',
  'aws-sdk',
  'octokit-and-toolkit',
  actions[0].chunk,
  actions[0].name,
];

/** Code of this repository, except the entries and what is read only where it is needed. */
function isShared(id: string): boolean {
  const path = relative(root, id);
  if (actions.some((action) => entryOf(action) === id)) return false;
  return (
    /^(src|actions)\//.test(path) &&
    !/\/(yaml|proxy-agents|parameters|advise-on-workflow|label-jobs|workflow-\w+|data-volume)\.ts$/.test(path) &&
    !/^src\/(core\/volumes\/|ec2\/volumes\.ts$)/.test(path)
  );
}

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

function nameShared(id: string, graph: Graph): string {
  const first = actions.find((action) => findReached(entryOf(action), graph).has(id));
  return (first ?? actions[0]).chunk;
}

/** The modules that a module imports, directly or through others; not those that it imports by `import()`. */
function findReached(id: string, graph: Graph, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(id)) return reached;
  reached.add(id);
  for (const next of graph.getModuleInfo(id)?.importedIds ?? []) findReached(next, graph, reached);
  return reached;
}
