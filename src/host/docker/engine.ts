import type { ContainerEngine } from '../../core/ports/containers.js';
import type { DockerCli } from './cli.js';
import { composeTooOld, describeRefusal } from './failures.js';

/** `docker compose version` of the oldest one that prints plain warnings, scales and names projects as this needs it. */
const OLDEST_COMPOSE = [2, 20] as const;
/** Since this engine, `docker info` lists the devices that its CDI files describe. */
const LISTS_DEVICES = [28, 2] as const;

/** What is read of `docker info`. */
interface Info {
  readonly ServerVersion?: string;
  readonly ServerErrors?: readonly string[];
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly CDISpecDirs?: readonly string[] | null;
  readonly DiscoveredDevices?: readonly { readonly Source?: string; readonly ID?: string }[] | null;
  readonly ClientInfo?: {
    readonly Plugins?: readonly { readonly Name: string; readonly Version?: string; readonly Err?: string }[] | null;
  };
}

/** Asks for the engine and for Compose in one call. @throws Failure see `Containers.inspectEngine` */
export async function inspectEngine(cli: DockerCli): Promise<ContainerEngine> {
  const { text, words } = await cli.ask({
    args: ['info', '--format', '{{json .}}'],
    about: 'Docker did not describe itself',
  });
  const info = JSON.parse(text) as Info;
  // CLIs before 23.0 exit with 0 when the engine does not answer.
  if (!info.ServerVersion)
    throw describeRefusal(info.ServerErrors?.join('\n') ?? words, 'Docker did not describe itself');
  const plugin = info.ClientInfo?.Plugins?.find(({ Name }) => Name === 'compose');
  if (!plugin?.Version) throw composeTooOld('this machine has no Compose plugin');
  const composeVersion = plugin.Version.replace(/^v/, '');
  if (!isAtLeast(composeVersion, OLDEST_COMPOSE)) throw composeTooOld(`this machine has ${composeVersion}`);
  return {
    engineVersion: info.ServerVersion,
    composeVersion,
    runtimes: Object.keys(info.Runtimes ?? {}),
    cdi: hasDevices(info),
  };
}

/** A version that is no number, such as `dev`, counts as new. */
function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const found = /^(\d+)\.(\d+)/.exec(version);
  if (!found) return true;
  const [ownMajor, ownMinor] = found.slice(1).map(Number) as [number, number];
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function hasDevices({ ServerVersion, CDISpecDirs, DiscoveredDevices }: Info): boolean {
  if (isAtLeast(ServerVersion!, LISTS_DEVICES)) return (DiscoveredDevices ?? []).some(({ Source }) => Source === 'cdi');
  return (CDISpecDirs ?? []).length > 0;
}
