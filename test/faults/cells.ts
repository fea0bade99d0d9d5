import { listFaults, type DisturbedStep, type FaultName } from './faults.js';
import { POOL_SCENARIOS } from './pool-cells.js';
import type { PoolConfig } from './pool-world.js';

/** One combination of inputs. */
export interface Config {
  readonly name: string;
  readonly count: number;
  readonly waitFor: 'online' | 'launched';
  readonly inputs: Readonly<Record<string, string>>;
  /** EC2 lists what it launches as late as it may: see `World`. */
  readonly listsLate: boolean;
  /** What there is of a pool; see `settlePool`. */
  readonly pool?: PoolConfig;
}

/** Where in the life of a runner something goes wrong: the step it hits, and what has gone wrong before it. */
export interface Scenario {
  readonly name: string;
  readonly step: DisturbedStep;
  /** The mishap that leads there, by default at the start's first look at its instances. */
  readonly prelude?: FaultName;
  readonly preludeAt?: string;
  /** Nobody starts or stops anything in it. */
  readonly isPoolAlone?: boolean;
  readonly configs: readonly Config[];
}

export interface Cell {
  readonly scenario: Scenario;
  readonly config: Config;
  /** `operation#occurrence` within the disturbed step; absent in a base run, which goes well. */
  readonly at?: { readonly operation: string; readonly fault: FaultName };
}

const SUBNETS = 'subnet-0a51c3d77e9f2000a,subnet-0a51c3d77e9f2000b';
const GROUP = 'sg-0a51c3d77e9f20002';
const STOCK_IMAGE = 'ami-0d0c0ffee24040001';

const configs: readonly Config[] = (['online', 'launched'] as const).flatMap((waitFor) =>
  [1, 3].flatMap((count) =>
    ['on-demand', 'spot'].map((market) => ({
      name: `${waitFor}-${count}-${market}`,
      count,
      waitFor,
      inputs: {
        'wait-for': waitFor,
        count: String(count),
        'market-type': market,
        // As many kinds of requests as inputs can bring about, without more configurations than asked for.
        ...(market === 'spot' && { 'subnet-id': SUBNETS, 'security-group-id': GROUP }),
        ...(waitFor === 'launched' && { 'ec2-image-id': STOCK_IMAGE }),
      },
      listsLate: false,
    })),
  ),
);
const lateListing = configs
  .filter(({ name }) => name === 'online-1-on-demand' || name === 'launched-3-spot')
  .map((config) => ({ ...config, name: `${config.name}-late-listing`, listsLate: true }));
const [single, several] = [configs[0]!, configs[3]!];
const [lateSingle] = lateListing as [Config];

const SCENARIOS: readonly Scenario[] = [
  { name: 'start', step: 'start', configs: [...configs, ...lateListing] },
  { name: 'undo', step: 'start', prelude: 'cancel-before', configs: [single, several, lateSingle] },
  { name: 'post', step: 'post', prelude: 'kill-after', configs: [single, several, lateSingle] },
  { name: 'stop', step: 'stop', configs: [single, several, configs[5]!, configs[6]!] },
  { name: 'stop-blind', step: 'stop', prelude: 'gone-after', configs: [single, several, lateSingle] },
  { name: 'reap', step: 'reap', prelude: 'gone-after', configs: [single, several] },
  ...POOL_SCENARIOS,
];

export function nameCell({ scenario, config, at }: Cell): string {
  return [scenario.name, config.name, ...(at ? [at.operation, at.fault] : ['base'])].join(':');
}

/** All cells around one base run, whose requests are given. */
export function listCells(base: Cell, operations: readonly string[]): Cell[] {
  const { scenario } = base;
  return operations.flatMap((operation) =>
    listFaults(operation, scenario.step).map((fault) => ({ ...base, at: { operation, fault } })),
  );
}

export function listBases(): Cell[] {
  return SCENARIOS.flatMap((scenario) => scenario.configs.map((config) => ({ scenario, config })));
}

/** The base run of a cell's name, or of the beginning of one. */
export function findBases(only: string): Cell[] {
  return listBases().filter((base) => {
    const prefix = nameCell(base).replace(/base$/, '');
    return only.startsWith(prefix) || prefix.startsWith(only);
  });
}
