import { withoutColors } from '../verdict/colors.js';

/** What tox itself says of the environments. */
export interface ToxOutput {
  readonly skipped: readonly string[];
  /** What those came to that ran, as tox 3 reports it here alone; false also where it ignores the failure. */
  readonly success: ReadonlyMap<string, boolean>;
  /** There is no configuration of tox. */
  readonly unconfigured: boolean;
  /** An environment was asked for that is not defined. */
  readonly undefinedEnvironment: boolean;
}

const TOX_SKIPPED = /^(?:SKIPPED:\s+(\S+?):|\s+(\S+): SKIP\b)/;
const TOX_SUCCEEDED = /^\s+(\S+): commands succeeded/;
const TOX_FAILED = /^(?:ERROR:\s+(\S+):|\s+(\S+): (?:ignored failed command|IGNORED FAIL)) ?/;
const UNCONFIGURED = /assuming empty tox\.ini at|^ERROR: tox config file \(.*\) not found/;
const UNDEFINED = /^ERROR: unknown environment|provided environments not found in configuration file/;

/** Reads what tox 3 and 4 say of environments that did not come to run. */
export function createToxReader(): { read(line: string): void; result(): ToxOutput } {
  const skipped = new Set<string>();
  const success = new Map<string, boolean>();
  let [unconfigured, undefinedEnvironment] = [false, false];
  return {
    read(line) {
      const plain = withoutColors(line);
      const [, three, four] = TOX_SKIPPED.exec(plain) ?? [];
      const name = three ?? four;
      if (name !== undefined) skipped.add(name);
      const [, failed, ignored] = TOX_FAILED.exec(plain) ?? [];
      const ended = failed ?? ignored ?? TOX_SUCCEEDED.exec(plain)?.[1];
      // The last line of each is that of the summary.
      if (ended !== undefined) success.set(ended, (failed ?? ignored) === undefined);
      unconfigured ||= UNCONFIGURED.test(plain);
      undefinedEnvironment ||= UNDEFINED.test(plain);
    },
    result: () => ({ skipped: [...skipped], success, unconfigured, undefinedEnvironment }),
  };
}
