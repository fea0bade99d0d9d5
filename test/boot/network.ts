import { execFileSync, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** The sandbox's address inside `isolated.sh`. */
export const CLOUD_ADDRESS = '198.51.100.1';
/** The address of EC2's metadata service. */
export const METADATA = { address: '169.254.169.254', port: 80 };

/** `veth` ends in a network namespace, for a container; `tap` in a virtual machine's network card. */
export type Cable = 'veth' | 'tap';

export interface Plug {
  /** The machine's end: a name of `ip netns`, or the tap device. */
  readonly end: string;
  pull(): void;
}

export interface Wired {
  readonly id: string;
  readonly mac: string;
  readonly address: string;
  /** The first address of the subnet, and the length of its prefix. */
  readonly router: string;
  readonly prefix: string;
  readonly cable: Cable;
}

/** Gives a machine one network interface, which gets its address by DHCP as on EC2. */
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
    // A name server without any name. Without a server, every lookup would take until its timeout.
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
  // A machine whose first DHCP request is lost repeats it only seconds later.
  // A tap is connected when the virtual machine starts, long before its kernel has a network.
  await Promise.all([untilListening(dhcp), kind === 'veth' && isPlugged(cable)]).catch((error: unknown) => {
    plug.pull();
    throw error;
  });
  return plug;
}

const READY_MS = 10_000;

/** For up to a second the kernel drops packets on a new link, until it has noticed that both ends are up. */
async function isPlugged(cable: string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (!execFileSync('ip', ['-o', 'link', 'show', cable], { encoding: 'utf8' }).includes('state UP')) {
    if (performance.now() > end) throw new Error(`${cable} does not come up`);
    await sleep(20);
  }
}

/** Resolves when dnsmasq listens. */
async function untilListening({ stderr }: { readonly stderr: Readable }): Promise<void> {
  let output = '';
  const timer = setTimeout(() => stderr.destroy(new Error('dnsmasq has no sockets')), READY_MS);
  try {
    for await (const text of stderr.iterator({ destroyOnReturn: false })) {
      output += String(text);
      if (output.includes('sockets bound')) return;
    }
  } finally {
    clearTimeout(timer);
    stderr.resume();
  }
  throw new Error(`dnsmasq ended: ${output}`);
}
