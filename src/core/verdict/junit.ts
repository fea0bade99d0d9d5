import sax from 'sax';
import type { TestOutcome, TestResults } from './results.js';
import { plainText } from './xml-text.js';

/** The first words of a message: no reader of a summary wants more, and a report may hold gigabytes. */
const LONGEST_TEXT = 4_000;
// sax refuses tokens that are larger. A failure's message is an attribute, and some tools put a whole log into it.
(sax as { MAX_BUFFER_LENGTH?: number }).MAX_BUFFER_LENGTH = 64 * 2 ** 20;

interface Suite {
  readonly name: string;
  /** What the suite says of itself: failures and errors. */
  readonly declared: number;
  /** Failures found in it. */
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
  /** Without an attribute `message` the text of the element is the message. */
  readonly takesText: boolean;
}

/**
 * Reads a JUnit file while it arrives, however large it is, and adds its test cases to `results`. What counts as what is
 * a table in docs/junit.md, with the producers that it was taken from.
 */
export class JunitReader {
  private readonly parser = sax.parser(true, { position: true });
  private readonly suites: Suite[] = [];
  /** How many elements there were so far. */
  private elements = 0;
  private current: OpenCase | undefined;
  /** Where text goes now: the words of a failure or of a reason to skip. */
  private text: OpenText | undefined;
  private problem: string | undefined;

  constructor(private readonly results: TestResults) {
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

  /** @throws Error with the line, when the file is no JUnit file, or is cut off or not well-formed */
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
    const said = readStatus(attributes);
    const outcome = judge({ failure, skipped, said });
    if (outcome === 'failed') this.countFailure();
    const message =
      (failure ?? skipped)?.message ?? (said === 'failed' ? `status="${attributes['status'] ?? ''}"` : '');
    this.results.add({
      name: plainText(name) || 'without a name',
      place: plainText(classname || file),
      outcome,
      seconds: readSeconds(time),
      message: plainText(message),
    });
    this.current = this.text = undefined;
  }

  /** A suite that says of itself that tests failed, and lists none that did: some tools leave out what broke a suite. */
  private closeSuite(): void {
    const suite = this.suites.pop();
    if (!suite) return;
    if (suite.declared > 0 && suite.found === 0) {
      const message = `the suite counts ${suite.declared} failures or errors, and lists no test that failed`;
      suite.found += 1;
      this.results.add({ name: plainText(suite.name) || 'a suite', place: '', outcome: 'failed', seconds: 0, message });
    }
    const outer = this.suites.at(-1);
    if (outer) outer.found += suite.found;
  }

  private addSuiteFailure({ message = '' }: Record<string, string>): void {
    this.countFailure();
    const name = this.suites.at(-1)?.name ?? '';
    this.results.add({
      name: plainText(name) || 'a suite',
      place: '',
      outcome: 'failed',
      seconds: 0,
      message: plainText(message) || 'the suite itself failed',
    });
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
    // References to characters that XML forbids, such as an escape sequence's, and HTML's names for characters stand in
    // the messages of some tools. They decide nothing.
    if (error.message.startsWith('Invalid character entity')) this.forgive();
    else this.fail(`line ${this.parser.line + 1}: ${error.message.split('\n')[0]?.toLowerCase()}`);
  }

  private fail(problem: string): void {
    this.problem ??= problem;
    this.forgive();
  }

  /** The parser throws at its next character unless its error is taken away. */
  private forgive(): void {
    (this.parser as { error: Error | null }).error = null;
  }
}

interface Signs {
  readonly failure: OpenText | undefined;
  readonly skipped: OpenText | undefined;
  readonly said: ReturnType<typeof readStatus>;
}

function judge({ failure, skipped, said }: Signs): TestOutcome {
  // Node reports a test that is still to do as skipped, with its failure, and does not count that.
  if (skipped?.type === 'todo') return 'skipped';
  if (failure || said === 'failed') return 'failed';
  // pytest reports a test that failed as it was expected to as skipped: it was run.
  if (skipped?.type === 'pytest.xfail') return 'passed';
  return skipped || said === 'skipped' ? 'skipped' : 'passed';
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

const FAILED = /^(failed|fail|failure|error|errored|broken|aborted|crash(ed)?|killed|time[ds]?[ _-]?out)$/i;
const SKIPPED = /^(notrun|not_run|not run|skipped|skip|ignored|disabled|suppressed|pending|todo)$/i;

/** What a test case says of itself by attributes: googletest's, NUnit's and others' that write no element for it. */
function readStatus({ status = '', result = '', success = '', executed = '' }: Readonly<Record<string, string>>) {
  if (FAILED.test(status) || FAILED.test(result) || /^false$/i.test(success)) return 'failed';
  if (SKIPPED.test(status) || SKIPPED.test(result) || /^false$/i.test(executed)) return 'skipped';
  return undefined;
}

function count(text = ''): number {
  return Number.parseInt(text, 10) || 0;
}

/** Seconds with any marks: `1,000.5`, `1.000,5`, `0,125`. A comma before three digits is a decimal one only behind 0. */
function readSeconds(time: string): number {
  const last = Math.max(time.lastIndexOf(','), time.lastIndexOf('.'));
  const isThousands = time[last] === ',' && /^[1-9]\d*(,\d{3})+$/.test(time);
  if (last < 0 || isThousands) return Number(time.replaceAll(',', '')) || 0;
  return Number(`${time.slice(0, last).replace(/[.,]/g, '')}.${time.slice(last + 1)}`) || 0;
}
