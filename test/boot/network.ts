import { execFileSync, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the sandbox listens inside `isolated.sh`. */
export const CLOUD_ADDRESS = '198.51.100.1';
/** Where EC2 has the metadata service. */
export const METADATA = { address: '169.254.169.254', port: 80 };

/** `veth` ends in a network namespace, for a container; `tap` in a virtual machine's network card. */
export type Cable = 'veth' | 'tap';

export interface Plug {
  /** Where the machine's end is: a name of `ip netns`, or the tap. */
  readonly end: string;
  pull(): void;
}

export interface Wired {
  readonly id: string;
  readonly mac: string;
  readonly address: string;
  /** The first address of the subnet, and how long its prefix is. */
  readonly router: string;
  readonly prefix: string;
  readonly cable: Cable;
}

/** Gives a machine one network interface, which has to ask for its address as on EC2. */
export async function plugIn({ id, mac, address, router, prefix, cable: kind }: Wired): Promise<Plug> {
  const cable = `ec2-${id.slice(-8)}`;
  const ip = (command: string) => execFileSync('ip', command.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
  if (kind === 'tap') {
    ip(`tuntap add dev ${cable} mode tap`);
  } else {
    ip(`netns add ${id}`);
    ip(`link add ${cable} type veth peer name eth0 address ${mac} netns ${id}`);
    ip(`-n ${id} link set eth0 up`);
  }
  ip(`address add ${router}/${prefix} dev ${cable}`);
  ip(`link set ${cable} up`);
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
    end: kind === 'tap' ? cable : id,
    pull() {
      dhcp.kill('SIGKILL');
      ip(`link delete ${cable}`);
      if (kind === 'veth') ip(`netns delete ${id}`);
    },
  };
  // A machine whose first question nobody hears asks again only seconds later.
  // A tap is plugged in when the virtual machine is on, long before its kernel has a network.
  await Promise.all([hears(dhcp), kind === 'veth' && isPlugged(cable)]).catch((error: unknown) => {
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
