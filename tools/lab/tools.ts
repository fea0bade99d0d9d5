/** One tool of the laboratory: its row in the list, and how it is run. */
export interface Tool {
  /** One phrase. */
  readonly summary: string;
  /** How long it takes with its defaults on two cores. */
  readonly takes: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** For a tool that boots machines as root, in a network of its own: `PROGRAM/PACKAGE` for test/boot/install.sh. */
  readonly boots?: readonly string[];
}

const QEMU = ['qemu-system-x86_64/qemu-system-x86', 'mke2fs/e2fsprogs'];

/** To add a tool, add a row. */
export const tools: Readonly<Record<string, Tool>> = {
  bench: {
    summary: 'measures the bundles in dist/ against the sandbox, with plots (docs/inside/bench.md)',
    takes: '30 min',
    file: 'tools/bench/main.ts',
  },
  simulate: {
    summary: 'simulates an hour of starts against the throttles of EC2 and GitHub (docs/inside/scale.md)',
    takes: '5 min',
    file: 'tools/simulate/main.ts',
  },
  trace: {
    summary: 'shows what each 10 ms of one start are spent on',
    takes: '30 s',
    file: 'tools/trace/main.ts',
  },
  modules: {
    summary: 'lists the largest modules of the bundles',
    takes: '5 s',
    file: 'tools/modules/main.ts',
  },
  prices: {
    summary: "renews the table of prices from AWS's price lists",
    takes: '2 min',
    file: 'tools/prices/main.ts',
  },
  structure: {
    summary: 'measures the structure of the code: rooms, circles, floors, long functions',
    takes: '10 s',
    file: 'tools/structure/main.ts',
  },
  'measure-pool': {
    summary: 'compares starts from a pool with cold starts, on the sandbox',
    takes: '3 min',
    file: 'tools/measure-pool/main.ts',
  },
  'bench-boot': {
    summary:
      'measures the seconds from boot to an online runner, for three ways to boot; root on Debian 12 (docs/inside/boot.md)',
    takes: '5 min',
    file: 'test/boot/compare.ts',
    boots: [],
  },
  'bench-pool': {
    summary:
      'compares starts from a pool with cold starts, on virtual machines; root on Debian 12 (docs/inside/pools.md)',
    takes: '1 h and more',
    file: 'test/boot/pool.ts',
    boots: [...QEMU, 'qemu-img/qemu-utils', 'nbdkit/nbdkit'],
  },
  vm: {
    summary:
      'boots the provisioned tree with its own kernel in QEMU and runs a job; root on Debian 12 (docs/inside/boot.md)',
    takes: '3 min',
    file: 'test/boot/vm.ts',
    boots: QEMU,
  },
  storm: {
    summary: 'starts 100 runners at once against throttled clouds and cancels half of them (docs/inside/faults.md)',
    takes: '3 min',
    file: 'test/faults/storm.ts',
    environment: { FAULTS_FACTOR: '5' },
  },
  act: {
    summary: 'runs a printed workflow on act, after scripts/peers.sh (docs/inside/testing.md)',
    takes: '30 s',
    file: 'test/peers/act/main.ts',
  },
};
