import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openBoundedLog } from '../../../src/host/bounded-log.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bounded-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'a/run.log');
const read = (): string => readFileSync(file(), 'utf8');

/** Lines of ten bytes each. */
function writeLines(count: number, mostBytes: number): void {
  const log = openBoundedLog(file(), mostBytes);
  for (let at = 0; at < count; at++) log.write(String(at).padStart(9, '0'));
  log.close();
}

describe('A bounded log', () => {
  test('has everything that fits', () => {
    writeLines(3, 1_000);
    expect(read()).toBe('000000000\n000000001\n000000002\n');
    expect(readdirSync(join(folder, 'a'))).toEqual(['run.log']);
  });

  test.each([20_000, 26_000, 39_999, 200_000])('of %i lines keeps the beginning and the end', (count) => {
    const most = 200_000;
    writeLines(count, most);
    const text = read();
    expect(text.startsWith('000000000\n000000001\n')).toBe(true);
    expect(text.endsWith(`${String(count - 1).padStart(9, '0')}\n`)).toBe(true);
    expect(text.length).toBeLessThanOrEqual(most + 100);
    const left = Number(/^… (\d+) bytes are left out here …$/m.exec(text)?.[1] ?? 0);
    const said = text.length - (left > 0 ? /^….*\n/m.exec(text)![0].length : 0);
    expect(said + left).toBe(count * 10);
    expect(readdirSync(join(folder, 'a'))).toEqual(['run.log']);
  });

  test('keeps whole lines at the end of its beginning', () => {
    writeLines(40_000, 200_003);
    const head = read().split('\n…')[0]!;
    expect(head.split('\n').every((line) => line.length === 9)).toBe(true);
  });

  test('needs at most twice its bytes on the disk while it is written', () => {
    const most = 200_000;
    const log = openBoundedLog(file(), most);
    for (let at = 0; at < 100_000; at++) log.write('x'.repeat(9));
    const names = readdirSync(join(folder, 'a'));
    const bytes = names.reduce((sum, name) => sum + statSync(join(folder, 'a', name)).size, 0);
    expect(bytes).toBeGreaterThan(most / 2);
    expect(bytes).toBeLessThanOrEqual(2 * most);
    log.close();
  });

  test('drops what is written after its end', () => {
    const log = openBoundedLog(file(), 1_000);
    log.write('a');
    log.close();
    log.close();
    log.write('b');
    expect(read()).toBe('a\n');
  });

  test('is readable while it is written, because a killed step does not close it', async () => {
    const log = openBoundedLog(file(), 1_000_000);
    log.write('x'.repeat(70_000));
    expect(statSync(file()).size).toBe(70_001);
    log.close();
  });
});
