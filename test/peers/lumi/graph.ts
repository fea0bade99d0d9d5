import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A job of LUMI's container workflow. */
export interface LumiJob {
  readonly needs: readonly string[];
  /** Of the runner. */
  readonly label: string;
}

interface GivenJob {
  readonly needs: string | readonly string[] | null;
  readonly 'runs-on': string;
}

const path = ['../../../../shared', '../../../../../shared']
  .map((shared) => fileURLToPath(new URL(`${shared}/cases/lumi/graph.json`, import.meta.url)))
  .find((one) => existsSync(one));

/** The jobs by name, in the order of the workflow; empty in a user's clone, which does not have them. */
export function readGraph(): ReadonlyMap<string, LumiJob> {
  if (path === undefined) return new Map();
  const { graph } = JSON.parse(readFileSync(path, 'utf8')) as { graph: Readonly<Record<string, GivenJob>> };
  return new Map(
    Object.entries(graph).map(([name, job]) => [name, { needs: [job.needs ?? []].flat(), label: job['runs-on'] }]),
  );
}
