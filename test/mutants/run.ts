/** `npm run test:mutants`: whether tests notice a changed line that terminates or keeps instances. See `--help`. */
import { readFileSync } from 'node:fs';
import { runCommandLine } from '../../src/terminal/command-line.js';
import { Progress } from '../../src/terminal/progress.js';
import { shuffle } from '../worlds/random.js';
import { installNode24 } from '../../scripts/node24/install.mjs';
import { Lane } from './lane.js';
import { applyMutation, listMutations, type Mutation } from './mutations.js';
import { mutantsCommandLine, type MutantOptions } from './options.js';
import { listShellMutations } from './shell.js';
import { TARGETS, type Target } from './targets.js';

interface Mutant {
  readonly target: Target;
  readonly file: string;
  readonly source: string;
  readonly mutation: Mutation;
}

/** A mutation that no test can notice, because it makes no difference, and why. */
interface Equivalent {
  readonly file: string;
  readonly line: string;
  readonly kind: string;
  readonly why: string;
}

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const equivalents = JSON.parse(read('test/mutants/equivalent.json')) as readonly Equivalent[];

function listMutants(target: Target, only: string): Mutant[] {
  return target.sources
    .filter((file) => file.includes(only))
    .flatMap((file) => {
      const source = read(file);
      const list = file.endsWith('.sh') ? listShellMutations : listMutations;
      return list(source).map((mutation) => ({ target, file, source, mutation }));
    });
}

/** Draws the same number of mutants from each target, as far as the target has that many. */
function draw({ count, seed, only }: MutantOptions): Mutant[] {
  const perTarget = TARGETS.map((target) => shuffle(listMutants(target, only), seed));
  const drawn: Mutant[] = [];
  for (let round = 0; drawn.length < count && perTarget.some((list) => list.length > round); round++) {
    for (const list of perTarget) if (list[round] && drawn.length < count) drawn.push(list[round]!);
  }
  return drawn;
}

function lineOf({ source, mutation: { start } }: Mutant): { readonly number: number; readonly text: string } {
  const before = source.slice(0, start).split('\n');
  return { number: before.length, text: source.split('\n')[before.length - 1]!.trim() };
}

function describe(mutant: Mutant): string {
  const { number, text } = lineOf(mutant);
  return `${mutant.file}:${number} (${mutant.mutation.kind}) ${text}`;
}

function explain(mutant: Mutant): string | undefined {
  const { text } = lineOf(mutant);
  const { file, mutation } = mutant;
  return equivalents.find((one) => one.file === file && one.line === text && one.kind === mutation.kind)?.why;
}

async function testAll(mutants: readonly Mutant[], lanes: readonly Lane[]): Promise<Mutant[]> {
  const survivors: Mutant[] = [];
  const progress = new Progress({ what: 'mutants', total: mutants.length });
  const queue = mutants.entries();
  const work = async (lane: Lane): Promise<void> => {
    for (const [index, mutant] of queue) {
      const { file, source, mutation, target } = mutant;
      const survives = await lane.passes(target.tests, { file, text: applyMutation(source, mutation) });
      const why = survives ? explain(mutant) : undefined;
      const result = !survives ? 'killed  ' : why === undefined ? 'SURVIVED' : 'same    ';
      progress.finish();
      progress.above(() => {
        console.log(`${String(index + 1).padStart(4)} of ${mutants.length} ${result} ${describe(mutant)}`);
        if (why !== undefined) console.log(`       ${why}`);
      });
      if (survives && why === undefined) survivors.push(mutant);
    }
  };
  await Promise.all(lanes.map(work));
  progress.close();
  return survivors;
}

async function run(options: MutantOptions): Promise<number> {
  installNode24(); // The lanes have no package of their own.
  const mutants = draw(options);
  const lanes = Array.from({ length: options.jobs }, () => new Lane());
  try {
    for (const target of new Set(mutants.map((mutant) => mutant.target))) {
      if (await lanes[0]!.passes(target.tests)) continue;
      console.error(`The tests of ${target.name} fail without any mutant, so they prove nothing.`);
      return 1;
    }
    const survivors = await testAll(mutants, lanes);
    console.log(
      `Seed ${options.seed}: ${mutants.length} mutants, ${survivors.length} survived without an explanation.`,
    );
    return survivors.length === 0 ? 0 : 1;
  } finally {
    for (const lane of lanes) lane.close();
  }
}

process.exitCode = await runCommandLine(mutantsCommandLine, process.argv.slice(2), ({ values }) => run(values));
