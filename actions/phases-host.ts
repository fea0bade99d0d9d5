import { Failure, messageOf } from '../src/core/kernel/failure.js';
import * as advice from '../src/core/kernel/phase-advice.js';
import type { PhaseHost } from '../src/core/phases/host.js';
import type { PhaseWorld } from '../src/core/phases/world.js';
import { CONFIG, OVERRIDES } from '../src/core/phases/layout.js';
import { locateShared, openPhaseHost, type PhasePlace } from '../src/host/phase-host.js';
import { PhaseMasks } from '../src/host/phase-masks.js';
import type { OpenPlace } from './interleave-phases.js';
import type { GivenPhases } from './phases-request.js';

/** @throws Failure `artifacts-unwritable` */
function openHost(given: GivenPhases, artifacts: string, masks: PhaseMasks): PhaseHost {
  const shared = locateShared(artifacts);
  return openHostIn({ ...given, artifacts, shared, masks });
}

/** The secrets of the inputs. @param onMask gets each text that a phase masks */
export function openMasks({ secrets }: GivenPhases, onMask: (text: string) => void): PhaseMasks {
  return new PhaseMasks(
    secrets.map(({ text }) => text),
    onMask,
  );
}

/** What all phases run in, and with two sides, what the phases of each run in. @throws Failure `artifacts-unwritable` */
export async function openHosts(given: GivenPhases, artifacts: string, masks: PhaseMasks): Promise<OpenHosts> {
  const host = openHost(given, artifacts, masks);
  if (given.interleaved === undefined) return { host, own: [host] };
  const { openSides } = await import('./interleave-phases.js');
  const open = (place: OpenPlace): PhaseHost => openHostIn({ ...given, ...place, artifacts, masks });
  const shared = locateShared(artifacts);
  const { hosts, hostOf } = attempt(shared, () => openSides(given.interleaved!, { shared, open }));
  return { host, hostOf, own: hosts };
}

export interface OpenHosts extends Pick<PhaseWorld, 'host' | 'hostOf'> {
  /** Those in which phases run. */
  readonly own: readonly PhaseHost[];
}

type Place = Omit<PhasePlace, 'files'>;

/** @throws Failure `artifacts-unwritable` */
function openHostIn(given: Place & Pick<GivenPhases, 'config' | 'overrides'>): PhaseHost {
  const { directory, artifacts, shared, variables, masks, stepFiles, config, overrides } = given;
  const file = `${shared}/${CONFIG}`;
  const paths = config === undefined ? {} : { CONFIG_FILE: file, TOPSAIL_FROM_CONFIG_FILE: file };
  const files = overrides === undefined ? {} : { [OVERRIDES]: `${overrides.trim()}\n` };
  return attempt(artifacts, () =>
    openPhaseHost({
      directory,
      artifacts,
      shared,
      files,
      variables: { ...paths, ...variables },
      masks,
      ...(stepFiles && { stepFiles }),
    }),
  );
}

/** @throws Failure `artifacts-unwritable` */
export function writeConfig({ config }: GivenPhases, { host, own }: OpenHosts): void {
  if (config === undefined) return;
  const text = `${config.trim()}\n`;
  attempt(`${host.artifacts}/${CONFIG}`, () => {
    host.writeFile(CONFIG, text);
    for (const one of own) one.writeShared(CONFIG, text);
  });
}

/** @throws Failure `artifacts-unwritable` with the path */
export function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Failure('artifacts-unwritable', `${path} cannot be written: ${messageOf(error)}.`, {
      hint: advice.FREE_DISK,
      cause: error,
    });
  }
}
