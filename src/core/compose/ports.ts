import type { ContainerState } from '../ports/containers.js';
import type { ProjectModel, ServiceModel } from './model.js';
import type { Readiness } from './request.js';
import type { ComposeWorld } from './world.js';

/** A closed port refuses at once. Only an address that nobody answers for takes so long. */
const TRY_MS = 250;
/** Networks whose containers the host itself cannot reach. */
const UNREACHABLE = /^(macvlan|ipvlan|overlay|none)$/;

interface Tried {
  readonly startedAt: number | undefined;
  readonly open: Set<number>;
  /** When the newest port opened, epoch ms. */
  openedAt: number;
}

/** Tries the TCP ports of containers until each was open once since the container's last start. */
export class PortProbe {
  private readonly tried = new Map<string, Tried>();

  constructor(
    private readonly world: Pick<ComposeWorld, 'host' | 'clock'>,
    private readonly model: ProjectModel,
  ) {}

  /** The open ports of a container, and for how long no further one has opened, in ms. */
  look(state: ContainerState): { readonly openPorts: ReadonlySet<number>; readonly restMs: number } {
    const { open, openedAt } = this.of(state);
    return { openPorts: open, restMs: open.size === 0 ? 0 : this.world.clock.now() - openedAt };
  }

  /** Tries all ports that were not open yet, side by side. */
  async try(
    services: readonly { readonly service: ServiceModel; readonly wanted: Readiness | undefined }[],
    states: readonly ContainerState[],
  ): Promise<void> {
    await Promise.all(
      services.flatMap(({ service, wanted }) =>
        states
          .filter((state) => state.service === service.name && state.status === 'running')
          .flatMap((state) =>
            listPorts(service, wanted, state)
              .filter((port) => !this.of(state).open.has(port))
              .map((port) => this.tryPort(state, port, this.addressesOf(service, state))),
          ),
      ),
    );
  }

  /** The addresses at which the host can try a container's ports. */
  addressesOf({ networks }: ServiceModel, { addresses }: ContainerState): readonly string[] {
    const drivers = networks.map((key) => this.model.networks[key]?.driver ?? 'bridge');
    return drivers.length > 0 && drivers.every((driver) => UNREACHABLE.test(driver)) ? [] : addresses;
  }

  private async tryPort(state: ContainerState, port: number, addresses: readonly string[]): Promise<void> {
    const answers = await Promise.all(addresses.map((address) => this.world.host.connects(address, port, TRY_MS)));
    if (!answers.includes(true)) return;
    const tried = this.of(state);
    tried.open.add(port);
    tried.openedAt = this.world.clock.now();
  }

  private of({ id, startedAt }: ContainerState): Tried {
    const known = this.tried.get(id);
    if (known && known.startedAt === startedAt) return known;
    const fresh: Tried = { startedAt, open: new Set(), openedAt: 0 };
    this.tried.set(id, fresh);
    return fresh;
  }
}

function listPorts(service: ServiceModel, wanted: Readiness | undefined, state: ContainerState): readonly number[] {
  if (wanted) return wanted.kind === 'port' ? [wanted.port] : [];
  return state.health === undefined ? service.ports : [];
}
