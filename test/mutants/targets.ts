/** Sources whose lines decide what is ended and what stays, and the tests that hold them. */
export interface Target {
  readonly name: string;
  readonly files: readonly string[];
  /** Paths for jest. The quick ones come first: the first failure ends a run. */
  readonly tests: readonly string[];
}

const core = (...names: string[]): string[] => names.map((name) => `test/core/${name}.test.ts`);
const sources = (...names: string[]): string[] => names.map((name) => `src/core/${name}.ts`);

/** No process tests but the agent's: they run the bundles, which are made of the sources as they were. */
export const TARGETS: readonly Target[] = [
  {
    name: 'reap',
    files: sources(
      'reap',
      'reap-candidates',
      'reap-ghosts',
      'reap-identity',
      'reap-leftovers',
      'reap-pooled',
      'reap-refusal',
      'reap-rules',
      'reap-sweep',
      'reap-world',
      'pool-rules',
    ),
    tests: core('reap', 'reap-doubt', 'pool-rules', 'reap-report', 'interleavings'),
  },
  {
    name: 'roll-back',
    files: sources('undo', 'end-instances', 'mint', 'attempt', 'start-traces'),
    tests: core('undo', 'end-instances', 'start', 'start-order', 'pool-claims', 'interleavings'),
  },
  {
    name: 'stop',
    files: sources('stop', 'stop-search', 'stop-plan', 'stop-choice', 'stop-runners', 'ended-so-far', 'run-jobs'),
    tests: core('stop', 'stop-jobs', 'end-instances', 'explain', 'interleavings'),
  },
  {
    name: 'claim',
    files: sources('pool-claim', 'pool-look', 'pool'),
    tests: core('pool-start', 'pool-claims', 'pool-fill', 'pool-rules', 'start', 'reap'),
  },
  {
    name: 'plan queue',
    files: sources('launch'),
    tests: core('plan-board', 'start', 'start-order', 'start-refusals'),
  },
  {
    name: 'agent',
    files: ['ami/boot/agent.sh'],
    tests: ['agent', 'payload', 'warm-up', 'last-resort', 'environment'].map(
      (name) => `test/process/boot-${name}.test.ts`,
    ),
  },
];
