export interface ModuleSize {
  /** A package, or a file of this repository. */
  readonly name: string;
  /** In bytes, before minification. */
  readonly bytes: number;
}

/** `@aws-sdk/client-ec2`, `src/core/start/start.ts`. */
export function nameModule(source: string): string {
  const [, inPackage] = /.*node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(source) ?? [];
  if (inPackage !== undefined) return inPackage;
  return /(?:^|\/)((?:src|actions)\/.+)$/.exec(source)?.[1] ?? source;
}

export function sumUp(sizes: readonly ModuleSize[]): readonly ModuleSize[] {
  const sums = new Map<string, number>();
  for (const { name, bytes } of sizes) sums.set(name, (sums.get(name) ?? 0) + bytes);
  return [...sums].map(([name, bytes]) => ({ name, bytes })).sort((one, other) => other.bytes - one.bytes);
}

/** A list of the largest modules, for changes that exceed the budget. */
export function renderModules(sizes: readonly ModuleSize[], shown = 15): string {
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines = sizes.slice(0, shown).map(({ name, bytes }) => {
    const share = `${((100 * bytes) / all).toFixed(1)} %`;
    return `${(bytes / 1e3).toFixed(1).padStart(8)} kB ${share.padStart(7)}  ${name}`;
  });
  return [`The largest of ${sizes.length} modules, before minification:`, ...lines].join('\n');
}
