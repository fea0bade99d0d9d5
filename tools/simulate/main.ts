/** `npm run simulate`: an hour of starts against the clouds' throttles, at each of several rates. See docs/inside/scale.md. */
import { readFile } from 'node:fs/promises';
import { writeDocument } from './document.js';
import { simulateHour } from './hour.js';
import { readOptions, STRICT, usage, type SimulateOptions } from './options.js';
import { CREATIONS_A_MINUTE, POINTS_A_MINUTE, settings } from './settings.js';
import { renderHeads, renderRow } from './table.js';

const MISUSED = 2;
const { performance: real } = globalThis;
const realNow = real.now.bind(real);

/** @returns the table, whose rows are printed as they come */
async function simulate(options: SimulateOptions): Promise<string> {
  const read = (name: string) => readFile(new URL(`../../ami/boot/${name}`, import.meta.url), 'utf8');
  const files = ['agent.sh', 'install-runner.sh', 'apt-when-free.sh'];
  const [agent = '', installRunner = '', aptWhenFree = ''] = await Promise.all(files.map(read));
  const { starts, batch, seed, strict } = options;
  const lines = [renderHeads()];
  console.log(lines[0]);
  for (const number of starts) {
    for (const name of options.settings) {
      const began = realNow();
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
      console.log(row);
      console.error(`${((realNow() - began) / 1000).toFixed(0)} s`);
    }
  }
  return lines.join('\n');
}

async function main(options: SimulateOptions): Promise<void> {
  const hours = await simulate(options);
  if (options.write) await writeDocument({ hours, 'strict-hours': await simulate({ ...options, ...STRICT }) });
}

let options: SimulateOptions | 'help' | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = MISUSED;
}
if (options === 'help') console.log(usage);
else if (options) await main(options);
