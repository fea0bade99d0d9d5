import { nameCell, type Cell, type Config, type Scenario } from './cell.js';
import { listFaults } from './faults.js';
import { POOL_SCENARIOS } from './pool-cells.js';
import { ROLE_SCENARIOS } from './role-cells.js';

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
        // These inputs cause every kind of request without adding configurations.
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
  { name: 'roll-back', step: 'start', prelude: 'cancel-before', configs: [single, several, lateSingle] },
  { name: 'post', step: 'post', prelude: 'kill-after', configs: [single, several, lateSingle] },
  { name: 'stop', step: 'stop', configs: [single, several, configs[5]!, configs[6]!] },
  { name: 'stop-blind', step: 'stop', prelude: 'gone-after', configs: [single, several, lateSingle] },
  { name: 'reap', step: 'reap', prelude: 'gone-after', configs: [single, several] },
  ...POOL_SCENARIOS,
  ...ROLE_SCENARIOS,
];

/** All cells around one base run. @param operations the requests of the base run */
export function listCells(base: Cell, operations: readonly string[]): Cell[] {
  const { scenario } = base;
  return operations.flatMap((operation) =>
    listFaults(operation, scenario.step).map((fault) => ({ ...base, at: { operation, fault } })),
  );
}

export function listBases(): Cell[] {
  return SCENARIOS.flatMap((scenario) => scenario.configs.map((config) => ({ scenario, config })));
}

/** The base runs that a cell's name, or the beginning of one, belongs to. */
export function findBases(only: string): Cell[] {
  return listBases().filter((base) => {
    const prefix = nameCell(base).replace(/base$/, '');
    return only.startsWith(prefix) || prefix.startsWith(only);
  });
}
