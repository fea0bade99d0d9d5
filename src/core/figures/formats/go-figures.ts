import type { FigureCollector } from '../collector.js';

/** The figures of several packages. Whether their names need the package is known only at the end of the file. */
export class GoFigures {
  /** Those with benchmarks; undefined for lines of benchmarks alone. */
  private readonly packages = new Set<string | undefined>();

  constructor(private readonly collector: FigureCollector) {}

  /** @param fields `41.6`, `ns/op`, `0`, `B/op` */
  add(owner: string | undefined, name: string, fields: readonly string[]): void {
    const own = this.nameIn(owner, name);
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const unit = fields[at + 1]!;
      const better = unit.endsWith('/s') ? 'higher' : 'lower';
      this.collector.add(`${own} [${unit}]`, Number(fields[at]), { unit, better });
    }
  }

  refuse(owner: string | undefined, name: string): void {
    this.collector.refuse(this.nameIn(owner, name), 'a failure of the benchmark');
  }

  report(owner: string | undefined, problem: string): void {
    this.collector.report(owner === undefined ? problem : `${owner}: ${problem}`);
  }

  /** Takes the package off the names if there is only one. */
  finish(): void {
    const [only, ...others] = this.packages;
    if (only === undefined || others.length > 0) return;
    const prefix = prefixOf(only);
    this.collector.rename((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name));
  }

  private nameIn(owner: string | undefined, name: string): string {
    this.packages.add(owner);
    return owner === undefined ? name : prefixOf(owner) + name;
  }
}

function prefixOf(owner: string): string {
  return `${owner}.`;
}
