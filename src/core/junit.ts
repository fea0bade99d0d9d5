import { parseXml, XmlElement, XmlError } from '@rgrove/parse-xml';

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

/** The test cases of a JUnit file, however its suites are nested. @throws Error when it is not one */
export function parseJunit(text: string): readonly TestCase[] {
  const root = readRoot(text);
  if (root?.name === 'testsuites') return root.children.flatMap(readSuite);
  if (root?.name === 'testsuite') return readSuite(root);
  throw new Error('there is no <testsuites> and no <testsuite> in it');
}

function readRoot(text: string): XmlElement | null {
  try {
    // HTML's names for characters stand in the messages of some tools; they are no reason to read nothing.
    return parseXml(text, { ignoreUndefinedEntities: true }).root;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new Error(`line ${error.line}: ${error.message.split('\n')[0]}`, { cause: error });
  }
}

function readSuite(suite: unknown): readonly TestCase[] {
  if (!(suite instanceof XmlElement) || suite.name !== 'testsuite') return [];
  const cases = childrenOf(suite, 'testcase').map(readCase);
  return [...cases, ...childrenOf(suite, 'testsuite').flatMap(readSuite)];
}

function readCase(element: XmlElement): TestCase {
  const { name = '', classname = '', file = '', time = '' } = element.attributes;
  const [failed] = childrenOf(element, 'failure', 'error');
  const [skipped] = childrenOf(element, 'skipped');
  return {
    name: name || 'without a name',
    place: classname || file,
    outcome: failed ? 'failed' : skipped ? 'skipped' : 'passed',
    seconds: Number(time.replaceAll(',', '')) || 0,
    message: messageOf(failed ?? skipped),
  };
}

function messageOf(given: XmlElement | undefined): string {
  return (given?.attributes['message'] || given?.text || '').trim();
}

function childrenOf(element: XmlElement, ...names: string[]): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && names.includes(child.name),
  );
}
