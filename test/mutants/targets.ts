/** Sources whose lines decide what is ended and what stays, and the tests that hold them. */
export interface Target {
  readonly name: string;
  readonly files: readonly string[];
  /** Paths for jest. The quick ones come first: the first failure ends a run. */
  readonly tests: readonly string[];
}

const unit = (...names: string[]): string[] => names.map((name) => `test/unit/core/${name}.test.ts`);
const interleavings = 'test/unit/interleavings/interleavings.test.ts';
const sources = (...names: string[]): string[] => names.map((name) => `src/core/${name}.ts`);
const room = (folder: string, ...names: string[]): string[] => sources(...names.map((name) => `${folder}/${name}`));

/** No process tests but the agent's: they run the bundles, which are made of the sources as they were. */
export const TARGETS: readonly Target[] = [
  {
    name: 'reap',
    files: room(
      'reap',
      'reap',
      'inventory',
      'candidate',
      'reach',
      'identity',
      'judge',
      'judge-again',
      'judge-ghost',
      'rules',
      'pool-rules',
      'remove',
      'sweep',
      'refusal',
    ),
    tests: [...unit('reap/reap', 'reap/doubt', 'reap/pool-rules', 'reap/report'), interleavings],
  },
  {
    name: 'roll-back',
    files: [...room('start', 'roll-back', 'register', 'attempt', 'created'), ...sources('instances/end-instances')],
    tests: [
      ...unit('start/roll-back', 'instances/end-instances', 'start/start', 'start/order', 'start/claims'),
      interleavings,
    ],
  },
  {
    name: 'stop',
    files: room(
      'stop',
      'stop',
      'search',
      'selection',
      'unneeded',
      'rules',
      'runner-listings',
      'terminations',
      'run-jobs',
    ),
    tests: [...unit('stop/stop', 'stop/jobs', 'instances/end-instances', 'diagnosis/explain'), interleavings],
  },
  {
    name: 'claim',
    files: [...room('start', 'claim', 'look-at-pool'), ...room('pool', 'pool', 'view'), ...sources('kernel/origin')],
    tests: unit('start/start-from-pool', 'start/claims', 'pool/fill', 'reap/pool-rules', 'start/start', 'reap/reap'),
  },
  {
    name: 'plan queue',
    files: sources('machine/plan-queue'),
    tests: unit('machine/plan-queue', 'start/start', 'start/order', 'start/refusals'),
  },
  {
    name: 'agent',
    files: ['ami/boot/agent.sh'],
    tests: ['agent', 'payload', 'warm-up', 'last-resort', 'environment'].map(
      (name) => `test/process/boot-${name}.test.ts`,
    ),
  },
];
