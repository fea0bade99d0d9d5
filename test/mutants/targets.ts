/** Sources whose lines decide what is ended and what stays, and the tests that hold them. */
export interface Target {
  readonly name: string;
  readonly files: readonly string[];
  /** Paths for jest. The quick ones come first: the first failure ends a run. */
  readonly tests: readonly string[];
}

const core = (...names: string[]): string[] => names.map((name) => `test/core/${name}.test.ts`);

export const TARGETS: readonly Target[] = [
  {
    name: 'reap',
    files: [
      'src/core/reap.ts',
      'src/core/reap-candidates.ts',
      'src/core/reap-identity.ts',
      'src/core/reap-pooled.ts',
      'src/core/reap-rules.ts',
      'src/core/reap-sweep.ts',
      'src/core/reap-world.ts',
      'src/core/pool-rules.ts',
    ],
    tests: core('reap', 'pool-rules', 'reap-report', 'interleavings'),
  },
  {
    name: 'roll-back',
    files: ['src/core/undo.ts', 'src/core/mint.ts', 'src/core/attempt.ts', 'src/core/start-traces.ts'],
    tests: core('undo', 'start', 'start-order', 'pool-claims'),
  },
  {
    name: 'stop',
    files: ['src/core/stop.ts', 'src/core/stop-search.ts'],
    tests: [...core('stop', 'explain'), 'test/process/stop-runner.test.ts', 'test/process/stop-reasons.test.ts'],
  },
  {
    name: 'claim',
    files: ['src/core/pool-claim.ts', 'src/core/pool-look.ts', 'src/core/pool.ts'],
    tests: core('pool-claims', 'pool-fill', 'pool-rules', 'start', 'reap'),
  },
  { name: 'plan queue', files: ['src/core/launch.ts'], tests: core('start', 'start-order') },
  {
    name: 'agent',
    files: ['ami/boot/agent.sh'],
    tests: [
      'test/process/boot-agent.test.ts',
      'test/process/boot-payload.test.ts',
      'test/process/boot-warm-up.test.ts',
    ],
  },
];
