import { describe, expect, test } from '@jest/globals';
import { JunitReader } from '../../../../src/core/verdict/junit.js';
import { TestResults, type TestCase } from '../../../../src/core/verdict/results.js';
import { decodeXml } from '../../../../src/core/verdict/xml-text.js';

const OUTCOMES = ['failed', 'skipped', 'passed'] as const;

/** Reads a file in pieces of `size` bytes. */
async function read(file: string | Uint8Array, size = 65_536) {
  const bytes = Buffer.from(file);
  const results = new TestResults();
  const reader = new JunitReader(results);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  for await (const text of decodeXml(pieces())) reader.write(text);
  let problem = '';
  try {
    reader.close();
  } catch (error) {
    problem = (error as Error).message;
  }
  const cases = OUTCOMES.flatMap((outcome) => results.list(outcome));
  return { cases, problem, results, brief: cases.map(({ name, outcome }) => `${name} ${outcome}`) };
}

const suite = (content: string, attributes = ''): string => `<testsuite name="s" ${attributes}>${content}</testsuite>`;

describe('A JUnit file', () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?>
    <testsuites><testsuite name="outer" tests="4">
      <testsuite name="inner"><testcase classname="a.B" name="ok" time="1,000.5"/></testsuite>
      <testcase file="t.py" name="bad"><failure message="1 &lt; 2&#10;no"><![CDATA[long]]></failure></testcase>
      <testcase name="broken"><error>fell over</error></testcase>
      <testcase name="left"><skipped message="not here"/></testcase>
      <testcase/>
    </testsuite><testsuite name="empty"/></testsuites>`;
  const told: TestCase[] = [
    { name: 'bad', place: 't.py', outcome: 'failed', seconds: 0, message: '1 < 2\nno' },
    { name: 'broken', place: '', outcome: 'failed', seconds: 0, message: 'fell over' },
    { name: 'left', place: '', outcome: 'skipped', seconds: 0, message: 'not here' },
    { name: 'ok', place: 'a.B', outcome: 'passed', seconds: 1000.5, message: '' },
    { name: 'without a name', place: '', outcome: 'passed', seconds: 0, message: '' },
  ];

  test.each([65_536, 7, 1])(
    'has the outcome, place, time and message of each test (pieces of %i bytes)',
    async (size) => {
      const { cases, problem } = await read(xml, size);
      expect([cases, problem]).toEqual([told, '']);
    },
  );

  test('may be a single suite, or have a namespace', async () => {
    expect((await read(suite('<testcase name="a"/>'))).brief).toEqual(['a passed']);
    const named =
      '<j:testsuites xmlns:j="u"><j:testsuite><j:testcase name="a"><j:failure/></j:testcase></j:testsuite></j:testsuites>';
    expect((await read(named)).brief).toEqual(['a failed']);
  });

  test.each([
    ['<html><body></body></html>', 'it begins with <html>, not with <testsuites> or <testsuite>'],
    ['<!DOCTYPE html><html>', 'it begins with <html>'],
    ['<test-run id="2"></test-run>', 'it begins with <test-run>'],
    ['', 'it is empty'],
    ['  \n', 'it is empty'],
    ['<?xml version="1.0" encoding="utf-8"?>\n', 'it is empty'],
    ['no XML', /^line 1: /],
    ['{"a": 1}', /^line 1: /],
    ['<testsuite>', /^line 1: unclosed root tag/],
    ['<testsuite><testcase></testsuite>', /^line 1: unexpected close tag/],
    ['<?xml version="1.0" encoding="klingon"?><testsuite/>', /encoding is "klingon", which is not known/],
  ])('is not %j', async (text, why) => {
    const problem = await read(text).then(
      (one) => one.problem,
      (error: Error) => error.message,
    );
    expect(problem).toMatch(why);
  });

  test('that is cut off is reported with the line, and the cases before the cut count', async () => {
    const whole = suite('<testcase name="a"/>\n<testcase name="b"><failure/></testcase>\n');
    const { brief, problem } = await read(whole.slice(0, -3));
    expect(brief).toEqual(['b failed', 'a passed']);
    expect(problem).toMatch(/^line 3: /);
  });
});

describe('A case counts by its elements and attributes', () => {
  // By the tools that write such files.
  test.each([
    [
      'pytest, expected failure',
      '<testcase name="a"><skipped type="pytest.xfail" message="bug"/></testcase>',
      'a passed',
    ],
    ['pytest, skipped', '<testcase name="a"><skipped type="pytest.skip" message="no"/></testcase>', 'a skipped'],
    ['node, to do', '<testcase name="a"><skipped type="todo"/><failure message="x"/></testcase>', 'a skipped'],
    ['surefire, flaky', '<testcase name="a"><flakyFailure message="once"/></testcase>', 'a passed'],
    ['surefire, failed again', '<testcase name="a"><failure/><rerunFailure/></testcase>', 'a failed'],
    ['googletest, disabled', '<testcase name="a" status="notrun" result="suppressed"/>', 'a skipped'],
    ['googletest, passed', '<testcase name="a" status="run" result="completed"/>', 'a passed'],
    ['googletest, skipped', '<testcase name="a" status="run" result="skipped"><skipped/></testcase>', 'a skipped'],
    ['a status alone', '<testcase name="a" status="failed"/>', 'a failed'],
    ['a status alone, as CTest', '<testcase name="a" status="fail"/>', 'a failed'],
    ['a status alone, timed out', '<testcase name="a" status="timedout"/>', 'a failed'],
    ['a result alone, aborted', '<testcase name="a" result="Aborted"/>', 'a failed'],
    ['a status alone, disabled', '<testcase name="a" status="disabled"/>', 'a skipped'],
    ['NUnit', '<testcase name="a" executed="False"/>', 'a skipped'],
    ['NUnit, failed', '<testcase name="a" executed="True" success="False"/>', 'a failed'],
    ['an unknown status', '<testcase name="a" status="fine"/>', 'a passed'],
    ['both skipped and failed', '<testcase name="a"><skipped/><failure/></testcase>', 'a failed'],
    [
      'output that looks like a failure',
      '<testcase name="a"><system-out>&lt;failure/&gt; FAILED</system-out></testcase>',
      'a passed',
    ],
    ['output behind <ignored>', '<testcase name="a"><ignored/><system-out>log</system-out></testcase>', 'a skipped'],
    ['a suite that failed itself', '<error message="import failed"/>', 's failed'],
  ])('%s', async (_, content, expected) => {
    const { brief, cases } = await read(suite(content));
    expect(brief).toEqual([expected]);
    expect(cases.map(({ message }) => message)).not.toContain('log');
  });

  test.each([
    ['failures="1"', '<testcase name="a"/>', ['s failed', 'a passed']],
    ['errors="1" tests="0"', '', ['s failed']],
    ['failures="1"', '<testcase name="a"><failure/></testcase>', ['a failed']],
    ['failures="0" errors="0"', '<testcase name="a"/>', ['a passed']],
    ['failures=""', '<testcase name="a"/>', ['a passed']],
  ])('a suite with %s and %j', async (attributes, content, expected) => {
    expect((await read(suite(content, attributes))).brief).toEqual(expected);
  });

  test('an outer suite does not count the failures of its inner suites again', async () => {
    const inner = suite('<testcase name="a"><failure/></testcase>', 'failures="1"');
    expect((await read(`<testsuites failures="1">${inner}</testsuites>`)).brief).toEqual(['a failed']);
  });

  test('two tests may have the same name', async () => {
    expect((await read(suite('<testcase name="a"/><testcase name="a"><failure/></testcase>'))).brief).toEqual([
      'a failed',
      'a passed',
    ]);
  });

  test.each([
    ['0,125', 0.125],
    ['1,000', 1000],
    ['1,000.5', 1000.5],
    ['1.000,5', 1000.5],
    ['12,5', 12.5],
    ['3', 3],
    ['PT1S', 0],
    ['', 0],
    ['NaN', 0],
  ])('a time of %j is %d s', async (time, seconds) => {
    expect((await read(suite(`<testcase name="a" time="${time}"/>`))).cases[0]!.seconds).toBe(seconds);
  });
});

describe('Characters', () => {
  const failing = (words: string): string => suite(`<testcase name="a"><failure message="${words}"/></testcase>`);
  test.each([
    ['colors, raw', failing('\u001b[31mred\u001b[0m \u0007bell'), 'red bell'],
    ['colors, as references', failing('&#27;[31mred&#x1B;[0m'), 'red'],
    ['characters that XML forbids', failing('a\u0000b\u000bc\uffff&#0;&#11;d'), 'abcd'],
    ['HTML names', failing('a&nbsp;b'), 'a\u00a0b'],
    ['unknown names', failing('a &nosuch; b'), 'a &nosuch; b'],
  ])('of a message: %s', async (_, text, message) => {
    const { cases, problem } = await read(text);
    expect([problem, cases[0]!.message]).toEqual(['', message]);
  });

  const german = '<testsuite><testcase name="Größe"/></testsuite>';
  test.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(german)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${german}`)],
    ['ISO-8859-1', Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${german}`, 'latin1')],
    ['windows-1252', Buffer.from(`<?xml version='1.0' encoding='windows-1252' standalone="yes"?>${german}`, 'latin1')],
    ['UTF-16, little-endian', Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${german}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${german}`, 'utf16le').swap16()],
    ['UTF-16 without a byte order mark', Buffer.from(german, 'utf16le')],
  ])('are read in %s', async (_, bytes) => {
    expect((await read(bytes)).brief).toEqual(['Größe passed']);
  });
});

describe('A large file', () => {
  test('has all its cases counted and only some kept', async () => {
    const many = Array.from({ length: 25_000 }, (_, index) => `<testcase name="t${index}" time="0.${index % 10}"/>`);
    const failed = Array.from({ length: 3_000 }, (_, index) => `<testcase name="f${index}"><error/></testcase>`);
    const { results } = await read(suite([...many, ...failed].join('')));
    expect([results.total, results.count('passed'), results.count('failed')]).toEqual([28_000, 25_000, 3_000]);
    expect([results.list('passed').length, results.list('failed').length]).toEqual([1_000, 1_000]);
    expect(results.list('passed')[0]!.seconds).toBe(0.9);
    expect(results.list('failed')[0]!.name).toBe('f0');
  });

  test('may have a message of a megabyte, whose beginning is kept', async () => {
    const long = 'x'.repeat(1_000_000);
    const { cases, problem } = await read(
      suite(`<testcase name="a"><failure message="${long}">${long}</failure></testcase>`),
    );
    expect(problem).toBe('');
    expect(cases[0]!.message.length).toBeLessThan(5_000);
  });

  test('may not grow by nested entities', async () => {
    const bomb = '<!DOCTYPE t [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>';
    expect(
      (await read(`${bomb}${suite('<testcase name="a"><failure message="&b;"/></testcase>')}`)).cases[0]!.message,
    ).toBe('&b;');
  });
});
