import { posix } from 'node:path';

/** Source texts by their path from the root of the repository. */
export type Sources = Readonly<Record<string, string>>;
/** Nodes and the nodes that each depends on. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** What a source imports or re-exports, types included, as the source writes it. */
export function listImports(text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\/|(?<!:)\/\/.*$/gm, '');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)(['"])([^'"\n]+)\1/g;
  return [...code.matchAll(pattern)].map((found) => found[2]!);
}

/** Which sources import which; imports of files outside `sources` are left out. */
export function linkFiles(sources: Sources): Graph {
  return new Map(
    Object.entries(sources).map(([file, text]) => {
      const targets = listImports(text)
        .filter((target) => target.startsWith('.'))
        .map((target) => posix.join(posix.dirname(file), target).replace(/\.js$/, '.ts'));
      return [file, new Set(targets.filter((target) => target in sources))];
    }),
  );
}

/** The graph of groups of nodes. Edges inside a group are left out. */
export function mergeNodes(graph: Graph, groupOf: (node: string) => string): Graph {
  const merged = new Map<string, Set<string>>();
  for (const [node, targets] of graph) {
    const group = groupOf(node);
    const own = merged.get(group) ?? new Set();
    for (const target of targets) if (groupOf(target) !== group) own.add(groupOf(target));
    merged.set(group, own);
  }
  return merged;
}

/** Groups of nodes that depend on each other, directly or through others, sorted by name. */
export function findCircles(graph: Graph): readonly (readonly string[])[] {
  return findComponents(graph).filter(({ length }) => length > 1);
}

/** The strongly connected components, by Tarjan's algorithm. */
function findComponents(graph: Graph): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const components: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    lowest.set(node, index.get(node)!);
    stack.push(node);
    for (const target of graph.get(node) ?? []) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(target)!));
    }
    if (lowest.get(node) === index.get(node)) components.push(stack.splice(stack.indexOf(node)).toSorted());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return components;
}

/** How many nodes the longest chain of dependencies has. A circle counts as one node. */
export function countFloors(graph: Graph): number {
  const first = new Map(findComponents(graph).flatMap((nodes) => nodes.map((node) => [node, nodes[0]!] as const)));
  const acyclic = mergeNodes(graph, (node) => first.get(node) ?? node);
  const heights = new Map<string, number>();
  const heightOf = (node: string): number => {
    const height =
      heights.get(node) ?? 1 + Math.max(0, ...[...(acyclic.get(node) ?? [])].map((target) => heightOf(target)));
    heights.set(node, height);
    return height;
  };
  return Math.max(0, ...[...acyclic.keys()].map(heightOf));
}
