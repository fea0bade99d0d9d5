import { Ec2Error, refuseMissing, refuseUnmodeled, refuseValue } from '../world/errors.js';

/**
 * The parameters of one request, or of one structure inside it. The Query protocol flattens structures into names with
 * dots: `TagSpecification.1.Tag.2.Key=Name`.
 */
export class Params {
  constructor(
    private readonly fields: ReadonlyMap<string, string>,
    private readonly prefix = '',
  ) {}

  static parse(form: string): Params {
    return new Params(new Map(new URLSearchParams(form)));
  }

  /** EC2 treats absent and empty alike. */
  text(name: string): string | undefined {
    return this.fields.get(this.prefix + name) || undefined;
  }

  require(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw refuseMissing(this.prefix + name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d+$/.test(value)) throw refuseValue(value, this.prefix + name, 'Expecting an integer.');
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw refuseValue(value, this.prefix + name, 'Expecting a boolean.');
    return value === 'true';
  }

  /** One of the allowed values, `otherwise` if absent. */
  choice<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const value = this.text(name) ?? otherwise;
    const chosen = allowed.find((candidate) => candidate === value);
    if (chosen === undefined) throw refuseValue(value, this.prefix + name, `Expecting one of: ${allowed.join(', ')}.`);
    return chosen;
  }

  /** `NAME.1`, `NAME.2` …, ordered by number. */
  list(name: string): string[] {
    return this.numbers(name).flatMap((number) => this.text(`${name}.${number}`) ?? []);
  }

  structures(name: string): Params[] {
    return this.numbers(name).map((number) => this.structure(`${name}.${number}`));
  }

  structure(name: string): Params {
    return new Params(this.fields, `${this.prefix}${name}.`);
  }

  /** True also for an empty text, which is a value for some parameters. */
  isGiven(name: string): boolean {
    return this.fields.has(this.prefix + name);
  }

  has(name: string): boolean {
    return [...this.fields.keys()].some((key) => key.startsWith(`${this.prefix}${name}.`));
  }

  /** Refuses parameters that the operation does not have, so that none is silently ignored. */
  allowOnly(names: readonly string[]): void {
    for (const [key, value] of this.fields) {
      if (!key.startsWith(this.prefix) || value === '') continue;
      const name = key.slice(this.prefix.length).split('.')[0] ?? '';
      if (!names.includes(name)) throw refuseUnmodeled(`the parameter ${this.prefix}${name}`);
    }
  }

  /** The parameters that EC2 compares when a client token comes again: all but the ignored ones. */
  fingerprint(ignored: readonly string[]): string {
    return [...this.fields]
      .filter(([key]) => !ignored.includes(key))
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join('\n');
  }

  private numbers(name: string): number[] {
    const start = `${this.prefix}${name}.`;
    const numbers = new Set<number>();
    for (const key of this.fields.keys()) {
      if (!key.startsWith(start)) continue;
      const number = Number(key.slice(start.length).split('.')[0]);
      if (!Number.isInteger(number)) throw new Ec2Error('MalformedQueryString', `Unexpected list element ${key}`);
      numbers.add(number);
    }
    return [...numbers].sort((a, b) => a - b);
  }
}
