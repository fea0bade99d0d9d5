import sax from 'sax';
import { plural } from '../kernel/plural.js';
import { judge, readSeconds, readStatus } from './junit-case.js';
import type { TestCase } from './results.js';
import { plainText } from './xml-text.js';

/** Only the beginning of a message is kept: a summary shows no more, and a report may hold gigabytes. */
const LONGEST_TEXT = 4_000;
// sax rejects larger tokens. A failure's message is an attribute, and some tools put a whole log into it.
(sax as { MAX_BUFFER_LENGTH?: number }).MAX_BUFFER_LENGTH = 64 * 2 ** 20;

/** What a report says of a test case beyond its outcome. */
export interface CaseFacts {
  /** The attribute `time`; '' without one. */
  readonly time: string;
  /** Whether it has a reason to skip, as an expected failure has, too. */
  readonly isSkipped: boolean;
  /** The names of the suites around it, the outermost first: `all.firefox`. */
  readonly suite: string;
}

/** Takes the test cases of a report, one by one. */
export interface CaseSink {
  add(one: TestCase, facts: CaseFacts): void;
}

/** Of a suite that is reported as a test case. */
const NO_CASE: CaseFacts = { time: '', isSkipped: false, suite: '' };

interface Suite {
  readonly name: string;
  /** The sum of the suite's attributes `failures` and `errors`. */
  readonly declared: number;
  /** Failures found inside the suite. */
  found: number;
}

interface OpenCase {
  readonly attributes: Readonly<Record<string, string>>;
  failure?: OpenText;
  skipped?: OpenText;
}

interface OpenText {
  message: string;
  readonly type: string;
  /** True without an attribute `message`: then the text of the element is the message. */
  readonly takesText: boolean;
}

/**
 * Reads a JUnit file of any size as a stream, and adds its test cases to `results`. A table in docs/junit.md lists how
 * each element counts, and which tools write it.
 */
export class JunitReader {
  private readonly parser = sax.parser(true, { position: true });
  private readonly suites: Suite[] = [];
  /** How many elements were opened so far. */
  private elements = 0;
  private current: OpenCase | undefined;
  /** The failure or reason to skip that gets the next text. */
  private text: OpenText | undefined;
  private problem: string | undefined;

  constructor(private readonly results: CaseSink) {
    const onText = (text: string): void => this.addText(text);
    Object.assign(this.parser, {
      onopentag: ({ name, attributes }: { name: string; attributes: Record<string, string> }) =>
        this.enter(localName(name), attributes),
      onclosetag: (name: string) => this.leave(localName(name)),
      ontext: onText,
      oncdata: onText,
      onerror: (error: Error) => this.note(error),
    });
  }

  write(text: string): void {
    if (this.problem === undefined) this.parser.write(text);
  }

  /** @throws Error with the line number, when the file is not JUnit, is cut off or is not well-formed */
  close(): void {
    if (this.problem === undefined) this.parser.close();
    if (this.problem === undefined && this.elements === 0) this.problem = 'it is empty';
    if (this.problem !== undefined) throw new Error(this.problem);
  }

  private enter(name: string, attributes: Record<string, string>): void {
    this.elements += 1;
    if (this.elements === 1 && name !== 'testsuites' && name !== 'testsuite') {
      return this.fail(`it begins with <${name}>, not with <testsuites> or <testsuite>`);
    }
    if (this.current) this.openInCase(this.current, name, attributes);
    else if (name === 'testsuite' || name === 'testsuites') this.openSuite(attributes);
    else if (name === 'testcase') this.current = { attributes };
    else if (isFailure(name)) this.addSuiteFailure(attributes);
  }

  private openSuite({ name = '', failures, errors }: Record<string, string>): void {
    this.suites.push({ name, declared: count(failures) + count(errors), found: 0 });
  }

  private openInCase(open: OpenCase, name: string, { message = '', type = '' }: Record<string, string>): void {
    const text = { message, type, takesText: message === '' };
    if (isFailure(name)) this.text = open.failure ??= text;
    else if (isSkip(name)) this.text = open.skipped ??= text;
  }

  private leave(name: string): void {
    if (name === 'testcase' && this.current) this.closeCase(this.current);
    else if (isFailure(name) || isSkip(name)) this.text = undefined;
    else if (name === 'testsuite' || name === 'testsuites') this.closeSuite();
  }

  private closeCase({ attributes, failure, skipped }: OpenCase): void {
    const { name = '', classname = '', file = '', time = '' } = attributes;
    const status = readStatus(attributes);
    const outcome = judge({ failure, skipped, status });
    if (outcome === 'failed') this.countFailure();
    const message =
      (failure ?? skipped)?.message ?? (status === 'failed' ? `status="${attributes['status'] ?? ''}"` : '');
    const one = {
      name: plainText(name) || 'without a name',
      place: plainText(classname || file),
      outcome,
      seconds: readSeconds(time),
      message: plainText(message),
    };
    const suite = plainText(this.suites.flatMap(({ name }) => name || []).join('.'));
    this.results.add(one, { time, suite, isSkipped: outcome === 'skipped' || skipped !== undefined });
    this.current = this.text = undefined;
  }

  /** Counts a failure for a suite that declares failures but lists none: some tools leave out what broke the suite. */
  private closeSuite(): void {
    const suite = this.suites.pop();
    if (!suite) return;
    if (suite.declared > 0 && suite.found === 0) {
      const message = `the suite declares ${plural(suite.declared, 'failure or error', 'failures or errors')}, but lists no failed test`;
      suite.found += 1;
      const name = plainText(suite.name) || 'a suite';
      this.results.add({ name, place: '', outcome: 'failed', seconds: 0, message }, NO_CASE);
    }
    const outer = this.suites.at(-1);
    if (outer) outer.found += suite.found;
  }

  private addSuiteFailure({ message = '' }: Record<string, string>): void {
    this.countFailure();
    const name = this.suites.at(-1)?.name ?? '';
    const failed = { place: '', outcome: 'failed', seconds: 0 } as const;
    const text = plainText(message) || 'the suite itself failed';
    this.results.add({ ...failed, name: plainText(name) || 'a suite', message: text }, NO_CASE);
  }

  private countFailure(): void {
    const suite = this.suites.at(-1);
    if (suite) suite.found += 1;
  }

  private addText(text: string): void {
    if (this.text?.takesText && this.text.message.length < LONGEST_TEXT)
      this.text.message += text.slice(0, LONGEST_TEXT);
  }

  private note(error: Error): void {
    // Some tools write references to forbidden characters, such as those of escape sequences, or HTML's names for
    // characters. They only stand in messages, so they do not matter.
    if (error.message.startsWith('Invalid character entity')) this.forgive();
    else this.fail(`line ${this.parser.line + 1}: ${error.message.split('\n')[0]?.toLowerCase()}`);
  }

  private fail(problem: string): void {
    this.problem ??= problem;
    this.forgive();
  }

  /** Clears the parser's error. Otherwise the parser throws at its next character. */
  private forgive(): void {
    (this.parser as { error: Error | null }).error = null;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function isFailure(name: string): boolean {
  return name === 'failure' || name === 'error';
}

function isSkip(name: string): boolean {
  return name === 'skipped' || name === 'ignored' || name === 'disabled';
}

function count(text = ''): number {
  return Number.parseInt(text, 10) || 0;
}
