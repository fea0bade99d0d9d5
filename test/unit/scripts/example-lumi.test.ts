/** The workflow of workflows/example-lumi, and the program that prints it from the list of images. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { formatAs } from '../../../scripts/print/formatted.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const example = join(root, 'workflows/example-lumi/after');
const original = join(root, '../shared/cases/lumi');

interface Image {
  readonly name: string;
  readonly base?: string | null;
}
interface Job {
  readonly needs?: string | readonly string[];
}
const readJobs = (file: string): Record<string, Job> =>
  (parse(readFileSync(file, 'utf8')) as { jobs: Record<string, Job> }).jobs;
const needsOf = (job: Job | undefined): readonly string[] => [job?.needs ?? []].flat();
const { images } = parse(`images:\n${readFileSync(join(example, 'ci/images.yml'), 'utf8')}`) as { images: Image[] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'example-lumi-'));
  cpSync(example, folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

function print(list: string, ...options: string[]): { code: number | null; said: string } {
  writeFileSync(join(folder, 'ci/images.yml'), list);
  const { status, stderr } = spawnSync(process.execPath, ['ci/print-workflow.mjs', ...options, 'containers.yml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, said: stderr.trim() };
}

describe('The printed workflow', () => {
  const file = join(example, 'containers.yml');
  const jobs = readJobs(file);

  test('is what its program prints, in the format of prettier', async () => {
    execFileSync(process.execPath, [join(example, 'ci/print-workflow.mjs'), '--check', file]);
    const text = readFileSync(file, 'utf8');
    expect(await formatAs(file, text)).toBe(text);
  });

  test('has three jobs for each of 30 images, each build after the one of its base', () => {
    expect(images).toHaveLength(30);
    expect(Object.keys(jobs)).toHaveLength(3 * 30 + 4);
    for (const { name, base } of images) {
      const [id, below] = [name, base].map((one) => one?.replaceAll(/[.-]/g, '_'));
      expect(needsOf(jobs[`build_${id}`])).toEqual(['start', below === undefined ? 'prepare' : `build_${below}`]);
      expect(needsOf(jobs[`transfer_${id}`])).toEqual(['start', `build_${id}`]);
      expect(needsOf(jobs[`test_${id}`])).toEqual(['start', `build_${id}`, `transfer_${id}`]);
    }
  });

  test('ends with a verdict on all images, and with a stop that waits for every job on the machine', () => {
    const onMachine = Object.keys(jobs).filter((id) => !['start', 'verify', 'stop'].includes(id));
    expect(needsOf(jobs['verify'])).toEqual(['start', ...onMachine]);
    expect([...listBefore(jobs, 'stop')].sort()).toEqual(['start', ...onMachine].sort());
  });

  if (existsSync(original)) {
    test('has the shape of the original: the same bases, and the same jobs between prepare and verify', () => {
      const theirs = JSON.parse(readFileSync(join(original, 'images.json'), 'utf8')) as {
        image: string;
        base: string;
      }[];
      const renamed = theirs.map(({ image, base }) => ({ name: image, base: base?.replace(/^build-/, '') }));
      expect(shapeOf(images)).toBe(shapeOf(renamed));
      const { graph } = JSON.parse(readFileSync(join(original, 'graph.json'), 'utf8')) as {
        graph: Record<string, Job>;
      };
      const { start: _start, stop: _stop, ...ours } = jobs;
      expect(countSteps(ours, 'prepare')).toEqual(countSteps(graph, 'Prepare-Build-Containers'));
    });
  } else {
    console.log('The example is not compared with the original: ../shared/cases/lumi does not exist.');
  }
});

/** All jobs that have ended before a job begins. */
function listBefore(jobs: Record<string, Job>, id: string, found = new Set<string>()): Set<string> {
  for (const other of needsOf(jobs[id]).filter((one) => !found.has(one))) listBefore(jobs, other, found.add(other));
  return found;
}

/** The forest of images without its names: equal texts are isomorphic forests. */
function shapeOf(list: readonly Image[], base?: string): string {
  const children = list.filter((image) => (image.base ?? undefined) === base);
  return `(${children
    .map(({ name }) => shapeOf(list, name))
    .sort()
    .join('')})`;
}

/** How many jobs have how many others before them. Equal counts: the same chains, however `needs` is written. */
function countSteps(jobs: Record<string, Job>, first: string): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const id of Object.keys(jobs)) {
    const before = [...listBefore(jobs, id)].filter((one) => one in jobs).length;
    counts[before] = (counts[before] ?? 0) + 1;
  }
  expect(jobs[first]).toBeDefined();
  return counts;
}

describe('print-workflow.mjs', () => {
  test('prints the jobs of another list, and --check finds a workflow that is not of the list', () => {
    expect(print('- { name: a }\n- { name: b, base: a }\n')).toEqual({ code: 0, said: '' });
    expect(Object.keys(readJobs(join(folder, 'containers.yml')))).toEqual([
      'start',
      'prepare',
      ...['a', 'b'].flatMap((id) => [`build_${id}`, `transfer_${id}`, `test_${id}`]),
      'verify',
      'stop',
    ]);
    expect(print('- { name: a }\n- { name: b, base: a }\n', '--check')).toEqual({ code: 0, said: '' });
    expect(print('- { name: a }\n', '--check')).toEqual({
      code: 1,
      said: expect.stringContaining('differs from the list'),
    });
  });

  test('reports every mistake of the list, each with its line', () => {
    const list = [
      '# Ours',
      '- { name: a }',
      '- {name: b}',
      '- { name: c, base: d }',
      '- { name: d }',
      '- { name: a }',
      '- { name: A }',
    ];
    expect(print(list.join('\n'))).toEqual({
      code: 1,
      said: expect.stringMatching(
        /line 3 is [^]*line 4: the base d of c is not on a line above[^]*line 6: a and a [^]*line 7 is /,
      ),
    });
    expect(print('- { name: a.b }\n- { name: a-b }\n').said).toContain(
      'line 2: a-b and a.b would have jobs of one name.',
    );
    expect(print('').said).toContain('there is no image.');
    const many = Array.from({ length: 300 }, (_, index) => `- { name: i${index} }`).join('\n');
    expect(print(many).said).toMatch(/would have \d+ bytes; GitHub runs none of more than 512000/);
  });
});
