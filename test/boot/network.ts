import { execFileSync, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the sandbox listens inside `isolated.sh`. */
export const CLOUD_ADDRESS = '198.51.100.1';
/** Where EC2 has the metadata service. */
export const METADATA = { address: '169.254.169.254', port: 80 };

export interface Plug {
  /** A name of `ip netns`. */
  readonly namespace: string;
  pull(): void;
}

export interface Wired {
  readonly id: string;
  readonly mac: string;
  readonly address: string;
  /** The first address of the subnet, and how long its prefix is. */
  readonly router: string;
  readonly prefix: string;
}

/** Gives a machine a network namespace with one interface, eth0, which has to ask for its address as on EC2. */
export async function plugIn({ id, mac, address, router, prefix }: Wired): Promise<Plug> {
  const cable = `ec2-${id.slice(-8)}`;
  const ip = (command: string) => execFileSync('ip', command.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
  ip(`netns add ${id}`);
  ip(`link add ${cable} type veth peer name eth0 address ${mac} netns ${id}`);
  ip(`address add ${router}/${prefix} dev ${cable}`);
  ip(`link set ${cable} up`);
  ip(`-n ${id} link set eth0 up`);
  const args = [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--user=root',
    '--pid-file=',
    '--leasefile-ro',
    // A name server that knows no name: without one, every lookup would take until its timeout.
    '--no-resolv',
    '--no-hosts',
    '--address=/#/',
    `--interface=${cable}`,
    '--bind-interfaces',
    '--except-interface=lo',
    '--dhcp-authoritative',
    '--no-ping',
    `--dhcp-range=${address},${address},1h`,
    `--dhcp-option=option:router,${router}`,
    '--log-facility=-',
  ];
  const dhcp = spawn('dnsmasq', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const plug = {
    namespace: id,
    pull() {
      dhcp.kill('SIGKILL');
      ip(`link delete ${cable}`);
      ip(`netns delete ${id}`);
    },
  };
  // A machine whose first question nobody hears asks again only seconds later.
  await Promise.all([hears(dhcp), isPlugged(cable)]).catch((error: unknown) => {
    plug.pull();
    throw error;
  });
  return plug;
}

const READY_MS = 10_000;

/** The kernel loses what is sent over a new cable until it has noticed that both ends are up: within a second. */
async function isPlugged(cable: string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (!execFileSync('ip', ['-o', 'link', 'show', cable], { encoding: 'utf8' }).includes('state UP')) {
    if (performance.now() > end) throw new Error(`${cable} does not come up`);
    await sleep(20);
  }
}

/** Resolves when dnsmasq has its sockets. */
async function hears({ stderr }: { readonly stderr: Readable }): Promise<void> {
  let said = '';
  const timer = setTimeout(() => stderr.destroy(new Error('dnsmasq has no sockets')), READY_MS);
  try {
    for await (const text of stderr.iterator({ destroyOnReturn: false })) {
      said += String(text);
      if (said.includes('sockets bound')) return;
    }
  } finally {
    clearTimeout(timer);
    stderr.resume();
  }
  throw new Error(`dnsmasq ended: ${said}`);
}
