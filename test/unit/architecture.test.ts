import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { findCircles, linkFiles, listImports, type Sources } from '../../tools/structure/graph.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Vendors, and the only folders that may import each of them. The first entry that matches an import counts. */
const homes: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^@smithy\/(signature-v4|core\/serde)$/, ['src/s3']],
  [/^@aws-sdk\/types$/, ['src/ec2', 'src/s3']],
  [/^@(aws-sdk|smithy)\//, ['src/ec2']],
  [/^@octokit\//, ['src/github']],
  [/^@actions\//, ['src/host']],
];
/** The folders that each folder may import. The first entry that matches a file counts. */
const ownImports: readonly (readonly [string, readonly string[]])[] = [
  ['src/core', ['src/core']],
  ['src/ec2', ['src/ec2', 'src/core']],
  // S3 is AWS, too: it has its credentials, its proxy and its errors from src/ec2.
  ['src/s3', ['src/s3', 'src/ec2', 'src/core']],
  ['src/github', ['src/github', 'src/core']],
  ['src/host', ['src/host', 'src/core']],
  // What the programs with several commands share.
  ['src/commands', ['src/commands', 'src/terminal', 'src/host', 'src/core']],
  ['actions', ['actions', 'src']],
  ['ami', ['ami', 'src']],
  ['setup', ['setup', 'src']],
  ['history', ['history', 'src']],
  ['sandbox', ['sandbox', 'src/terminal']],
  ['iam', ['iam', 'src/core']],
  ['src/terminal', ['src/terminal', 'src/core/kernel']],
];
/**
 * The rooms of the core, from the bottom up, with the rooms that each may import besides itself. No room imports a room
 * above it, so a newcomer who reads a room needs only the rooms named here.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  ports: ['kernel'],
  inputs: ['kernel'],
  config: ['kernel', 'inputs'],
  instances: ['kernel', 'ports'],
  machine: ['kernel', 'ports'],
  diagnosis: ['kernel', 'ports', 'instances'],
  reap: ['kernel', 'ports', 'instances'],
  images: ['kernel', 'ports', 'instances', 'machine'],
  pool: ['kernel', 'ports', 'instances', 'machine', 'reap'],
  start: ['kernel', 'ports', 'instances', 'machine', 'diagnosis', 'pool'],
  stop: ['kernel', 'ports', 'instances', 'diagnosis'],
  volumes: ['kernel', 'ports', 'instances', 'machine'],
  command: ['kernel', 'ports', 'inputs', 'config'],
  verdict: ['kernel', 'inputs'],
  'test-request': ['kernel', 'inputs'],
  tox: ['kernel', 'ports', 'inputs', 'verdict'],
  compose: ['kernel', 'ports', 'inputs', 'verdict'],
  figures: ['kernel', 'verdict'],
  history: ['kernel', 'ports', 'inputs', 'figures'],
  plot: ['kernel', 'figures'],
  interleave: ['kernel', 'inputs', 'figures'],
  export: ['kernel', 'ports', 'inputs'],
  phases: ['kernel', 'ports', 'inputs', 'interleave'],
  judge: ['kernel', 'inputs', 'figures'],
  judgement: ['kernel', 'inputs', 'ports', 'figures', 'judge', 'history', 'plot', 'interleave'],
};
/**
 * The layers of the sandbox, with what each may import besides itself: routes know the rules, and rules the world. The
 * two services know nothing of each other. `sandbox` stands for files in its own folder, which join all parts.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  s3: ['ec2/world', 'ec2/query', 'ec2/routes', 'http'],
  'ec2/world': [],
  'ec2/query': ['ec2/world'],
  'ec2/rules': ['ec2/world'],
  'ec2/routes': ['ec2/world', 'ec2/query', 'ec2/rules', 'http'],
  ec2: ['ec2/world', 'ec2/rules'],
  'github/world': [],
  'github/rules': ['github/world'],
  github: ['github/world', 'github/rules', 'github/routes', 'http'],
  'github/routes': ['github/world', 'github/rules', 'github/state', 'http'],
  machine: ['ec2/world', 'http'],
  control: [
    'ec2/world',
    'ec2/routes',
    'ec2',
    'github/world',
    'github/routes',
    'github',
    'events',
    'http',
    'sts',
    'ssm',
  ],
  cli: ['control', 'sandbox', 'github'],
};

/** Libraries without side effects. */
const pureImports = /^(js-yaml|jsonc-parser|picomatch|sax|node:(zlib|crypto|events))$/;
/** Uses of the environment, the clock, chance or I/O, which the core must not have. */
const impure =
  /(?<![/\w])process\.\w+|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bset(Timeout|Interval|Immediate)\(|\bfetch\(|(?<!\.)\bconsole\.(?!amazonaws|aws\b)\w/;

function findViolations(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const code = text.replace(/\/\*[^]*?\*\/|(?<!:)\/\/.*$/gm, '');
    return [
      ...listImports(code).flatMap((target) => judgeImport(file, target)),
      ...(file.startsWith('src/core/') ? listImpurities(code).map((what) => `${file} uses ${what}`) : []),
    ];
  });
}

function judgeImport(file: string, target: string): string[] {
  const complaint = `${file} imports ${target}`;
  if (target.startsWith('.')) {
    const path = posix.join(posix.dirname(file), target);
    if (file.startsWith('src/core/') && path.startsWith('src/core/')) return judgeRooms(file, path) ? [] : [complaint];
    if (isLayered(file) && path.startsWith('sandbox/')) return judgeLayers(file, path) ? [] : [complaint];
    const allowed = ownImports.find(([folder]) => file.startsWith(`${folder}/`))?.[1];
    return allowed && !allowed.some((folder) => path.startsWith(`${folder}/`)) ? [complaint] : [];
  }
  const home = homes.find(([vendor]) => vendor.test(target))?.[1];
  if (home) return home.some((folder) => file.startsWith(`${folder}/`)) ? [] : [complaint];
  return file.startsWith('src/core/') && !pureImports.test(target) ? [complaint] : [];
}

/** Whether one file of the core may import another. */
function judgeRooms(file: string, path: string): boolean {
  const [from, to] = [file, path].map((one) => one.split('/')[2]!) as [string, string];
  return from === to || rooms[from]?.includes(to) === true;
}

function isLayered(file: string): boolean {
  return file.startsWith('sandbox/') && Object.hasOwn(layers, layerOf(file));
}

/** `ec2/world` of sandbox/ec2/world/ids.ts, `ec2` of sandbox/ec2/region.ts, and of files that belong to two layers, `http`. */
function layerOf(file: string): string {
  const [, ...parts] = file.replace(/\.[jt]s$/, '').split('/');
  const named = parts.join('/');
  if (named === 'traffic') return 'http';
  if (named === 'github/state' || parts.length === 1) return named;
  const [service = '', layer = ''] = parts;
  return Object.hasOwn(layers, `${service}/${layer}`) ? `${service}/${layer}` : service;
}

/** Whether one file of the sandbox may import another. Types of the state are known to the routes alone. */
function judgeLayers(file: string, path: string): boolean {
  const [from, to] = [layerOf(file), layerOf(path)];
  return from === to || layers[from]?.includes(to) === true || (from === 'github' && to === 'github/state');
}

function listImpurities(code: string): string[] {
  return [...code.matchAll(new RegExp(impure, 'g'))].map(([what]) => what);
}

function readSources(): Sources {
  const folders = ['actions', 'ami', 'history', 'iam', 'src', 'sandbox', 'scripts', 'setup', 'tools'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
  );
  return Object.fromEntries(
    files.filter((path) => path.endsWith('.ts')).map((path) => [relative(root, path), readFileSync(path, 'utf8')]),
  );
}

describe('Imports between the folders', () => {
  const sources = readSources();

  test('point inward: actions → host, s3, ec2, github → core', () => {
    expect(findViolations(sources)).toEqual([]);
  });

  test('form no circle, types included', () => {
    expect(findCircles(linkFiles(sources))).toEqual([]);
  });

  test('in the core lead from a room to a lower one', () => {
    const names = Object.keys(rooms);
    const isBelow = (room: string) => (one: string) => names.indexOf(one) < names.indexOf(room);
    for (const [room, allowed] of Object.entries(rooms)) expect(allowed.every(isBelow(room))).toBe(true);
    const found = new Set(Object.keys(sources).flatMap((path) => /^src\/core\/([^/]+)\//.exec(path)?.[1] ?? []));
    expect([...found].toSorted()).toEqual(names.toSorted());
  });

  test('are checked in every folder', () => {
    const seen = new Set(Object.keys(sources).map((path) => dirname(path).split('/').slice(0, 2).join('/')));
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'actions',
        'ami',
        'iam',
        'sandbox',
        'scripts',
        'setup',
        'src/core',
        'src/ec2',
        'src/github',
        'src/host',
        'src/s3',
      ]),
    );
  });

  test.each([
    ['a vendor in the core', 'src/core/a.ts', "import { EC2Client } from '@aws-sdk/client-ec2';"],
    ['a type of a vendor in the core', 'src/core/a.ts', "import type { Octokit } from '@octokit/rest';"],
    ['a room above in the core', 'src/core/kernel/a.ts', "import type { Runner } from '../ports/github.js';"],
    ['a room beside in the core', 'src/core/stop/a.ts', "import { startRunners } from '../start/start.js';"],
    ['a file of the core in no room', 'src/core/a.ts', "import { Failure } from './kernel/failure.js';"],
    ['an adapter in the core', 'src/core/a.ts', "export { log } from '../host/log.js';"],
    ['the file system in the core', 'src/core/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['the environment in the core', 'src/core/a.ts', "const region = process.env['AWS_REGION'];"],
    ['the clock in the core', 'src/core/a.ts', 'const now = Date.now();'],
    ['a timer in the core', 'src/core/a.ts', 'setTimeout(go, 10);'],
    ['the AWS SDK outside its home', 'src/github/a.ts', "import { EC2Client } from '@aws-sdk/client-ec2';"],
    ['the signer outside its home', 'src/ec2/a.ts', "import { SignatureV4 } from '@smithy/signature-v4';"],
    ['a client of the SDK for S3', 'src/s3/a.ts', "import { S3Client } from '@aws-sdk/client-s3';"],
    ['S3 in the other requests to AWS', 'src/ec2/a.ts', "import { connectStore } from '../s3/connect.js';"],
    ['smithy outside its home', 'actions/a.ts', "import { NodeHttpHandler } from '@smithy/node-http-handler';"],
    ['Octokit outside its home', 'actions/a.ts', "import { Octokit } from '@octokit/rest';"],
    ['the toolkit outside its home', 'actions/a.ts', "import * as core from '@actions/core';"],
    ['a lazily loaded vendor', 'src/host/a.ts', "const ec2 = await import('@aws-sdk/client-ec2');"],
    ['one adapter in another', 'src/ec2/a.ts', "import { clock } from '../host/clock.js';"],
    ['an action in an adapter', 'src/host/a.ts', "import { runStopRunner } from '../../actions/index.js';"],
    ['the sandbox in the product', 'actions/a.ts', "import { startSandbox } from '../sandbox/sandbox.js';"],
    ['the AWS SDK in a command', 'ami/cli/a.ts', "import { EC2Client } from '@aws-sdk/client-ec2';"],
    ['an action in a command', 'ami/cli/a.ts', "import { connectToEc2 } from '../../actions/connect.js';"],
    ['the AWS SDK in the set-up', 'setup/a.ts', "import { EC2Client } from '@aws-sdk/client-ec2';"],
    ['the sandbox in the set-up', 'setup/a.ts', "import { startSandbox } from '../sandbox/sandbox.js';"],
    ['a route in a rule of the sandbox', 'sandbox/ec2/rules/a.ts', "import { admit } from '../routes/permissions.js';"],
    [
      'a rule in the world of the sandbox',
      'sandbox/github/world/a.ts',
      "import type { S } from '../rules/switchboard.js';",
    ],
    ['GitHub in EC2', 'sandbox/ec2/routes/a.ts', "import { GitHubError } from '../../github/world/errors.js';"],
    ['the control API in a service', 'sandbox/github/routes/a.ts', "import { json } from '../../control/call.js';"],
    ['HTTP in the world', 'sandbox/ec2/world/a.ts', "import type { Handler } from '../../http.js';"],
    ['the product in the sandbox', 'sandbox/a.ts', "import { startRunners } from '../src/core/start.js';"],
  ])('%s is noticed', (_, file, text) => {
    expect(findViolations({ [file]: text })).toHaveLength(1);
  });

  test('a circle is noticed, of types too', () => {
    const circle = {
      'src/ec2/a.ts': "import type { B } from './b.js';",
      'src/ec2/b.ts': "export { C } from './c.js';",
      'src/ec2/c.ts': "const a = await import('./a.js');",
    };
    expect(findCircles(linkFiles(circle))).toEqual([['src/ec2/a.ts', 'src/ec2/b.ts', 'src/ec2/c.ts']]);
    expect(findCircles(linkFiles({ ...circle, 'src/ec2/c.ts': '' }))).toEqual([]);
  });
});
