import { shorten } from '../../kernel/markdown.js';
import { LineReader } from '../lines.js';
import type { GoFigures } from './go-figures.js';

/** `BenchmarkSort/n=10-2   30000   41.6 ns/op   0 B/op`, whose fields are separated by blanks or tabs. */
const RESULT = /^(Benchmark\S*)\s+\d+\s+(\S.*)$/;
/** The first lines of a package with benchmarks. `goarch:` and `cpu:` stand between and after them. */
const HEADER = /^(goos|pkg): (\S+)/;
const FAILED = /^(?:Benchmark\S*)?\s*--- FAIL: (\S+)/;
/** Why a package failed. Go prints the name of a benchmark before it runs, and the panic goes on in that line. */
const REASON = /^(?:Benchmark\S*\s+)?(panic: .*|fatal error: .*|signal: .*|exit status \d+|--- FAIL: Test\S*)/;
/** The last lines of a package: `ok  PACKAGE  0.1s`, `FAIL  PACKAGE  0.1s`, `FAIL  PACKAGE [build failed]`. */
const PACKAGE_END = /^(ok|FAIL)\s+(\S+)\s+(?:[\d.]+s|\(cached\)|(\[.*\]))/;
const MOST_REASONS = 3;
const LONGEST_REASON = 200;

interface Section {
  owner: string | undefined;
  readonly headers: Set<string>;
  hasResults: boolean;
  end?: 'passed' | 'failed';
  reasons: string[];
  /** Benchmarks that failed before a line named the package. */
  readonly failed: Set<string>;
}

/** The package of events, if they name one. */
interface Events {
  readonly name: string | undefined;
  readonly isEvents: true;
}

/**
 * What `go test` prints, of one package after the other. Lines of benchmarks alone, as for benchstat, are complete; a
 * package with its first lines is complete if it ends with `PASS`, `ok` or `FAIL`.
 */
export class GoOutput {
  private readonly lines = new LineReader((line) => this.take(line));
  private section: Section;
  private hasFailed = false;
  /** Events came after the last one that ends the package. */
  private isOpen = false;

  constructor(
    private readonly figures: GoFigures,
    private readonly events?: Events,
  ) {
    this.section = this.begin();
  }

  write(text: string): void {
    this.isOpen = true;
    this.lines.write(text);
  }

  /** Notes an event of the package itself. */
  note(action: unknown): void {
    this.isOpen = action !== 'pass' && action !== 'fail' && action !== 'skip';
    if (this.isOpen) return;
    if (action !== 'fail') this.pass();
    else if (!this.hasFailed) this.section.end = 'failed';
    this.finish();
    this.hasFailed = false;
  }

  close(): void {
    this.lines.close();
    // Every package of events has a last one, even a package without benchmarks.
    if (this.events && this.isOpen) this.section.headers.add('start');
    this.finish();
  }

  private take(line: string): void {
    const [, key, value] = HEADER.exec(line) ?? [];
    const [, name, rest] = RESULT.exec(line) ?? [];
    if (key !== undefined) this.takeHeader(key, value!);
    else if (name !== undefined) {
      this.section.hasResults = true;
      this.figures.add(this.section.owner, name, rest!.trim().split(/\s+/));
    } else this.takeEnd(line);
  }

  private takeHeader(key: string, value: string): void {
    const { headers, hasResults, end } = this.section;
    if (hasResults || end || headers.has(key)) this.finish();
    this.section.headers.add(key);
    if (key === 'pkg') this.section.owner = value;
  }

  private takeEnd(line: string): void {
    const { section } = this;
    const [, word = line, owner, why] = PACKAGE_END.exec(line) ?? [];
    if (word === 'PASS' || word === 'ok') this.pass();
    else if (word === 'FAIL') {
      section.end = 'failed';
      if (why !== undefined) section.reasons.push(why);
    } else this.takeReason(line);
    if (owner === undefined) return;
    section.owner ??= owner;
    this.finish();
  }

  /** What looked like a failure was printed by a program that went on. */
  private pass(): void {
    this.section.reasons = [];
    this.section.end = 'passed';
  }

  private takeReason(line: string): void {
    const { owner, failed, reasons } = this.section;
    const [, name] = FAILED.exec(line) ?? [];
    if (name?.startsWith('Benchmark')) {
      if (owner === undefined) failed.add(name);
      else this.figures.refuse(owner, name);
    }
    const [, reason] = REASON.exec(line) ?? [];
    if (reason !== undefined && reasons.length < MOST_REASONS) reasons.push(shorten(reason, LONGEST_REASON));
  }

  /** Judges what was read of a package, and begins the next one. */
  private finish(): void {
    const { owner, headers, end, reasons, failed } = this.section;
    for (const name of failed) this.figures.refuse(owner, name);
    // The last line of all packages is FAIL, too, after each that failed was reported.
    const isRepeated = this.hasFailed && owner === undefined && headers.size === 0;
    if (reasons.length > 0 || (end === 'failed' && !isRepeated)) {
      this.hasFailed = true;
      this.figures.report(owner, `go test failed${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`);
    } else if (end === undefined && headers.size > 0) {
      this.figures.report(owner, 'the output is cut off, as it has no PASS, ok or FAIL at its end');
    }
    this.section = this.begin();
  }

  private begin(): Section {
    return { owner: this.events?.name, headers: new Set(), hasResults: false, reasons: [], failed: new Set() };
  }
}
