import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { PhasePrinter, Room } from '../../../src/host/phase-printer.js';

let written: string[];
let spy: ReturnType<typeof jest.spyOn>;
beforeEach(() => {
  written = [];
  spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text).trimEnd()) > 0);
});
afterEach(() => spy.mockRestore());

const open = (prefix: string, room = new Room()) => new PhasePrinter({ title: 'test', prefix, log: '/run.log' }, room);

test('beside other phases, lines have a prefix, and commands that stand alone act', () => {
  const printer = open('test | ');
  for (const line of ['a', '::add-mask::x', '::error file=a::b', '::group::c', '::stop-commands::t', '::errors::'])
    printer.print(line);
  expect(written).toEqual([
    'test | a',
    '::add-mask::x',
    '::error file=a::b',
    'test | ::group::c',
    'test | ::stop-commands::t',
    'test | ::errors::',
  ]);
});

test('commands that a phase stopped act again after it, unless it let them act itself', () => {
  for (const lines of [
    ['::stop-commands::t', 'a'],
    ['::stop-commands::t', '::t::'],
  ]) {
    const printer = open('');
    for (const line of lines) printer.print(line);
    printer.end();
  }
  expect(written).toEqual(['::stop-commands::t', 'a', '::t::', '::stop-commands::t', '::t::']);
});

test('lines of programs in the background have the name of the phase that left them', () => {
  const printer = open('');
  printer.print('mine');
  printer.end();
  printer.print('later');
  printer.print('::group::x');
  expect(written).toEqual(['mine', 'test | later', 'test | ::group::x']);
});

test('a phase prints at most 4 MiB, all together 32 MiB, and commands always', () => {
  const room = new Room();
  const line = 'x'.repeat(2 ** 20);
  const count = (): number => written.filter((one) => one.length > 1_000).length;
  for (let phase = 0; phase < 12; phase++) {
    const printer = open('', room);
    for (let at = 0; at < 9; at++) printer.print(line);
    if (phase === 0) expect(count()).toBe(3);
    if (phase === 0) expect(written.at(-1)).toBe('… This log has no room for more. All of it is in /run.log');
  }
  expect(count()).toBe(24);
  open('p | ', room).print('::add-mask::x');
  expect(written.at(-1)).toBe('::add-mask::x');
});
