import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { readPeak, reportPeak } from './start.js';
import { compare, type Figure } from './figures.js';
import { ComposeBench, FLOOD, type Sides } from './compose-projects.js';
import { least, worst } from './statistics.js';

export interface ComposeOptions {
  /** Runs of each, ours and plain Compose in turn. */
  readonly pairs: number;
  readonly print: (sentence: string) => void;
}

/** Beyond `docker compose up -d && run && down`. */
const OVERHEAD_BAR_S = 1;
const NOTICE_BAR_S = 0.3;
const SERVICES = 50;
const MANY_BAR_S = 2;
const MEMORY_BAR_MIB = 120;
/** When the port opens, after the services run: at all phases of a look every 100 ms. */
const OPENINGS_MS = [400, 630, 860, 1_090, 1_310];

/** Measures what run-compose adds to Compose itself. Each time is a difference of two runs right after each other. */
export async function measureCompose({ pairs, print }: ComposeOptions): Promise<Figure[]> {
  const bench = new ComposeBench();
  print(`Compose: ${pairs} pairs of runs with 3 services, beside plain Compose.`);
  const three = await bench.alternate(3, pairs);
  print(`Compose: ports that open, ${OPENINGS_MS.length} times.`);
  const notices: number[] = [];
  for (const afterMs of OPENINGS_MS) notices.push(await measureNotice(bench, afterMs));
  print(`Compose: 2 pairs of runs with ${SERVICES} services.`);
  const many = await bench.alternate(SERVICES, 2);
  print('Compose: memory, while a session prints 20 MB in each second.');
  const loud = await bench.run({ 'compose.yml': FLOOD }, { NODE_OPTIONS: reportPeak });
  return [
    describeSides(
      { id: 'compose-overhead', measure: 'run-compose with 3 services, beyond plain Compose', bar: OVERHEAD_BAR_S },
      three,
    ),
    compare(
      { id: 'compose-notice', measure: 'An open port is noticed after', unit: 's', bar: NOTICE_BAR_S },
      [{ name: 'ours', samples: notices }],
      (seconds) => seconds,
      worst,
    ),
    describeSides({ id: 'compose-overhead-50', measure: `The same with ${SERVICES} services`, bar: MANY_BAR_S }, many),
    {
      id: 'compose-memory',
      measure: 'Peak memory at 20 MB of output in a second',
      unit: 'MiB',
      bar: MEMORY_BAR_MIB,
      value: readPeak(loud.step),
    },
  ];
}

/** The least difference of the pairs: what other programs on the machine add is not ours. */
function describeSides(
  about: { readonly id: string; readonly measure: string; readonly bar: number },
  sides: readonly Sides[],
): Figure {
  const differences = sides.map(({ ours, plain }) => ours - plain);
  return {
    ...about,
    unit: 's',
    value: least(differences),
    samples: differences,
    beside: [
      {
        name: 'plain Compose, whole',
        value: least(sides.map(({ plain }) => plain)),
        samples: sides.map(({ plain }) => plain),
      },
    ],
  };
}

/** From the moment when a port opens until the service counts as ready, in s. The port is one of this process. */
export async function measureNotice(bench: ComposeBench, afterMs: number): Promise<number> {
  const server = createServer((socket) => socket.end());
  const port = await freePort();
  let openedAt = Number.NaN;
  const opening = async (): Promise<void> => {
    await bench.phaseBegins('ready');
    await wait(afterMs);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    openedAt = Date.now();
  };
  try {
    const [{ outcome }] = await Promise.all([bench.run({ 'compose.yml': bench.onHost(port) }), opening()]);
    const readyAt = outcome?.services.find(({ service }) => service === 'server')?.readyAt;
    if (readyAt === undefined) throw new Error('outcome.json does not say when the service was ready');
    return (readyAt - openedAt) / 1000;
  } finally {
    server.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
