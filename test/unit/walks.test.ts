import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { listImports } from '../../tools/structure/graph.js';
import { roomOf } from '../../tools/structure/measure.js';

/** From an action to the request that a cloud receives. One hop leads from a file to the next. */
const MOST_HOPS = 5;

interface Walk {
  readonly what: string;
  /** Each file imports the next. The last one calls a method of a port. */
  readonly files: readonly string[];
  /** The method of the port, and the adapter's file that sends the request. */
  readonly method: string;
  readonly adapter: string;
}

const walks: readonly Walk[] = [
  {
    what: 'a start registers a runner',
    files: ['actions/start-runner', 'src/core/start/start', 'src/core/start/attempt', 'src/core/start/register'],
    method: 'registerRunner',
    adapter: 'src/github/runners',
  },
  {
    what: 'a start launches an instance',
    files: ['actions/start-runner', 'src/core/start/start', 'src/core/start/attempt', 'src/core/start/launch'],
    method: 'launch',
    adapter: 'src/ec2/launch',
  },
  {
    what: 'a start claims a pooled instance',
    files: ['actions/start-runner', 'actions/late-parts', 'actions/pool', 'src/core/start/claim'],
    method: 'writeUserData',
    adapter: 'src/ec2/claim',
  },
  {
    what: 'a stop ends instances',
    files: [
      'actions/stop-runner',
      'src/core/stop/stop',
      'src/core/stop/terminations',
      'src/core/instances/end-instances',
    ],
    method: 'terminate',
    adapter: 'src/ec2/instances',
  },
  {
    what: 'a sweep ends an instance',
    files: [
      'actions/reap-runners',
      'src/core/reap/reap',
      'src/core/reap/sweep',
      'src/core/reap/remove',
      'src/core/instances/end-instances',
    ],
    method: 'terminate',
    adapter: 'src/ec2/instances',
  },
  {
    what: 'a fill launches an instance',
    files: ['actions/fill-pool', 'src/core/pool/fill', 'src/core/pool/launch'],
    method: 'launch',
    adapter: 'src/ec2/launch',
  },
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}/${file}.ts`, 'utf8');

function importsOf(file: string): string[] {
  return listImports(read(file)).map((target) => posix.join(posix.dirname(file), target).replace(/\.js$/, ''));
}

/** The rooms that a walk enters, in their order. */
function listRooms(files: readonly string[]): string[] {
  const entered = files.map((file) => roomOf(file));
  return entered.filter((room, at) => room !== entered[at - 1]);
}

describe.each(walks)('From the action to the request: $what', ({ files, method, adapter }) => {
  test(`takes at most ${MOST_HOPS} hops, each of which is an import`, () => {
    const hops = files.slice(1).map((file, at) => [files[at]!, file] as const);
    for (const [from, to] of hops) expect(importsOf(from)).toContain(to);
    expect(hops.length + 1).toBeLessThanOrEqual(MOST_HOPS);
  });

  test('ends at the method of a port that the adapter implements', () => {
    expect(read(files.at(-1)!)).toMatch(new RegExp(`\\.${method}\\(`));
    expect(read(adapter)).toMatch(new RegExp(`\\b${method}\\b`));
  });

  test('never comes back: no room is entered twice, and no file imports an earlier one', () => {
    const rooms = listRooms([...files, adapter]);
    expect(new Set(rooms).size).toBe(rooms.length);
    for (const [at, file] of files.entries()) {
      for (const earlier of files.slice(0, at)) expect(importsOf(file)).not.toContain(earlier);
    }
  });
});
