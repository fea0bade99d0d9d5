import { XMLParser, XMLValidator } from 'fast-xml-parser';

export type Outcome = 'passed' | 'failed' | 'skipped';

export interface TestCase {
  readonly name: string;
  /** Class or file, where the report tells it. */
  readonly place: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  /** The first words of what went wrong, or why it was skipped. */
  readonly message: string;
}

type Element = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: 'text',
  parseAttributeValue: false,
  parseTagValue: false,
  // Numeric ones above all: pytest writes line ends so.
  htmlEntities: true,
  // Always a list, however many there are.
  isArray: (name) => ['testsuite', 'testcase', 'failure', 'error', 'skipped'].includes(name),
});

/** The test cases of a JUnit file, however its suites are nested. @throws Error when it is not one */
export function parseJunit(text: string): readonly TestCase[] {
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`);
  const document = parser.parse(text) as Element;
  const suites = [document['testsuites'], document['testsuite']].flat().filter((one) => one !== undefined);
  if (suites.length === 0) throw new Error('there is no <testsuites> and no <testsuite> in it');
  return suites.flatMap(readSuite);
}

function readSuite(suite: unknown): readonly TestCase[] {
  // An element without attributes and children is an empty text.
  if (typeof suite !== 'object' || suite === null) return [];
  const { testsuite = [], testcase = [] } = suite as Readonly<
    Partial<Record<'testsuite' | 'testcase', readonly unknown[]>>
  >;
  return [...testcase.map(readCase), ...testsuite.flatMap(readSuite)];
}

function readCase(given: unknown): TestCase {
  const element = (typeof given === 'object' && given !== null ? given : {}) as Element;
  const [failed] = [element['failure'], element['error']].flat().filter((one) => one !== undefined);
  const [skipped] = [element['skipped']].flat().filter((one) => one !== undefined);
  return {
    name: textOf(element['name']) || 'without a name',
    place: textOf(element['classname']) || textOf(element['file']),
    outcome: failed !== undefined ? 'failed' : skipped !== undefined ? 'skipped' : 'passed',
    seconds: Number(textOf(element['time']).replaceAll(',', '')) || 0,
    message: messageOf(failed ?? skipped),
  };
}

function messageOf(given: unknown): string {
  if (typeof given === 'string') return given.trim();
  const { message, text } = (given ?? {}) as Element;
  return (textOf(message) || textOf(text)).trim();
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
