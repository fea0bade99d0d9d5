import { Failure, messageOf } from '../src/core/kernel/failure.js';
import * as advice from '../src/core/kernel/phase-advice.js';
import type { PhaseHost } from '../src/core/phases/host.js';
import { CONFIG, OVERRIDES } from '../src/core/phases/layout.js';
import { locateShared, openPhaseHost } from '../src/host/phase-host.js';
import type { GivenPhases } from './phases-request.js';

/** @param onMask gets each text that a phase masks. @throws Failure `artifacts-unwritable` */
export function openHost(given: GivenPhases, artifacts: string, onMask: (text: string) => void): PhaseHost {
  const { directory, variables, config, overrides } = given;
  const shared = locateShared(artifacts);
  const file = `${shared}/${CONFIG}`;
  const paths = config === undefined ? {} : { CONFIG_FILE: file, TOPSAIL_FROM_CONFIG_FILE: file };
  const files = overrides === undefined ? {} : { [OVERRIDES]: `${overrides.trim()}\n` };
  const secrets = given.secrets.map(({ text }) => text);
  return attempt(artifacts, () =>
    openPhaseHost({ directory, artifacts, shared, files, variables: { ...paths, ...variables }, secrets, onMask }),
  );
}

/** @throws Failure `artifacts-unwritable` */
export function writeConfig({ config }: GivenPhases, host: PhaseHost): void {
  if (config === undefined) return;
  const text = `${config.trim()}\n`;
  attempt(`${host.artifacts}/${CONFIG}`, () => {
    host.writeFile(CONFIG, text);
    host.writeShared(CONFIG, text);
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
