import type { ContainerState, ContainerStatus } from '../../core/ports/containers.js';

/** What is read of `docker container inspect`. Engines 20.10 to 29 have these fields. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Created: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: ContainerStatus;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly Error: string;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: {
      readonly Status: string;
      readonly Log?: readonly { readonly Output: string }[] | null;
    } | null;
  };
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> | null };
  readonly HostConfig: { readonly NetworkMode: string };
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly IPAddress?: string; readonly GlobalIPv6Address?: string } | null>
    > | null;
  };
}

export const PROJECT_LABEL = 'com.docker.compose.project';
const SERVICE_LABEL = 'com.docker.compose.service';
const ONE_OFF_LABEL = 'com.docker.compose.oneoff';
/** `network_mode: service:x` and `container:x`, after Docker has resolved it. */
const BORROWED_NETWORK = /^container:(.+)$/;

/** The states of containers, in the order of their creation. */
export function readStates(inspected: readonly Inspected[]): readonly ContainerState[] {
  const byId = new Map(inspected.map((one) => [one.Id, one]));
  return [...inspected]
    .toSorted((a, b) => compareTimes(a.Created, b.Created))
    .map((one) => readState(one, addressesOf(one, byId)));
}

function readState(one: Inspected, addresses: readonly string[]): ContainerState {
  const { State: state, Config: config } = one;
  const service = config.Labels?.[SERVICE_LABEL];
  const [startedAt, finishedAt] = [readTime(state.StartedAt), readTime(state.FinishedAt)];
  const health = readHealth(state.Health?.Status);
  const output = state.Health?.Log?.at(-1)?.Output;
  return {
    id: one.Id,
    name: one.Name.replace(/^\//, ''),
    image: config.Image,
    ...(service !== undefined && { service }),
    ...(config.Labels?.[ONE_OFF_LABEL] === 'True' && { oneOff: true }),
    status: state.Status,
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled,
    ...(state.Error && { error: state.Error }),
    restarts: one.RestartCount,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(health && { health }),
    ...(health && output !== undefined && { lastHealthOutput: output.trim() }),
    addresses,
  };
}

/** `none` and '' mean that there is no check. */
function readHealth(status: string | undefined): ContainerState['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : undefined;
}

function addressesOf(one: Inspected, byId: ReadonlyMap<string, Inspected>): readonly string[] {
  const mode = one.HostConfig.NetworkMode;
  if (mode === 'host') return ['127.0.0.1'];
  const lender = byId.get(BORROWED_NETWORK.exec(mode)?.[1] ?? '');
  // A container cannot lend a network that it has borrowed.
  const networks = (lender ?? one).NetworkSettings.Networks ?? {};
  if (lender?.HostConfig.NetworkMode === 'host') return ['127.0.0.1'];
  return Object.values(networks)
    .flatMap((network) => [network?.IPAddress, network?.GlobalIPv6Address])
    .filter((address): address is string => address !== undefined && address !== '');
}

/** @param time RFC 3339 with up to nine digits of a second. The year 1 stands for never. @returns epoch ms */
function readTime(time: string): number | undefined {
  return time.startsWith('0001-') ? undefined : Date.parse(time);
}

/** Times in UTC compare as texts, without the letter that follows the digits of the second. */
function compareTimes(a: string, b: string): number {
  const [first, second] = [a.replace(/Z$/, ''), b.replace(/Z$/, '')];
  return first < second ? -1 : Number(first > second);
}
