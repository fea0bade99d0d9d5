/** `npm run lab -- simulate`: an hour of starts against the throttles of EC2 and GitHub. See docs/inside/scale.md. */
import { readFile } from 'node:fs/promises';
import { runCommandLine } from '../../src/terminal/command-line.js';
import { Progress } from '../../src/terminal/progress.js';
import { writeDocument } from './document.js';
import { simulateHour } from './hour.js';
import { simulateCommandLine, STRICT, toSimulateOptions, type SimulateOptions } from './options.js';
import { CREATIONS_A_MINUTE, POINTS_A_MINUTE, settings } from './settings.js';
import { renderHeads, renderRow } from './table.js';

/** Prints each row as soon as it is known. @returns the table */
async function simulate(options: SimulateOptions, progress: Progress): Promise<string> {
  const read = (name: string) => readFile(new URL(`../../ami/boot/${name}`, import.meta.url), 'utf8');
  const files = ['agent.sh', 'install-runner.sh', 'apt-when-free.sh'];
  const [agent = '', installRunner = '', aptWhenFree = ''] = await Promise.all(files.map(read));
  const { starts, batch, seed, strict } = options;
  const lines = [renderHeads()];
  progress.above(() => console.log(lines[0]));
  for (const number of starts) {
    for (const name of options.settings) {
      progress.begin(`${number} starts, ${name}`);
      const { requestsAnHour, apps, regions, inputs, name: setting } = settings[name];
      const outcome = await simulateHour({
        starts: number,
        batch,
        seed,
        inputs,
        requestsAnHour,
        apps,
        regions,
        jobMs: options.jobMinutes * 60_000,
        secondaryLimits: {
          pointsPerMinute: POINTS_A_MINUTE,
          creationsPerMinute: strict ? CREATIONS_A_MINUTE : Infinity,
        },
        bootScripts: { agent, installRunner, aptWhenFree },
      });
      const row = renderRow({ starts: number, setting, ...outcome });
      lines.push(row);
      progress.finish(number);
      progress.above(() => console.log(row));
    }
  }
  return lines.join('\n');
}

async function main(options: SimulateOptions): Promise<number> {
  const runs = options.write ? [options, { ...options, ...STRICT }] : [options];
  const total = runs.flatMap((run) => run.settings.flatMap(() => run.starts)).reduce((sum, starts) => sum + starts, 0);
  const progress = new Progress({ what: 'starts', total });
  const tables: string[] = [];
  for (const run of runs) tables.push(await simulate(run, progress));
  progress.close();
  const [hours = '', strictHours = ''] = tables;
  if (options.write) await writeDocument({ hours, 'strict-hours': strictHours });
  return 0;
}

const argv = process.argv.slice(2);
process.exitCode = await runCommandLine(simulateCommandLine, argv, ({ values }) =>
  main(toSimulateOptions(values, argv)),
);
