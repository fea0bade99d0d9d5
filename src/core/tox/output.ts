import { withoutColors } from '../verdict/colors.js';

/** What tox itself prints about its environments. */
export interface ToxOutput {
  readonly skipped: readonly string[];
  /** Whether each environment succeeded. Only tox 3 prints this; it is false also for a failure that tox ignores. */
  readonly success: ReadonlyMap<string, boolean>;
  /** tox found no configuration. */
  readonly unconfigured: boolean;
  /** A requested environment is not defined. */
  readonly undefinedEnvironment: boolean;
}

const TOX_SKIPPED = /^(?:SKIPPED:\s+(\S+?):|\s+(\S+): SKIP\b)/;
const TOX_SUCCEEDED = /^\s+(\S+): commands succeeded/;
const TOX_FAILED = /^(?:ERROR:\s+(\S+):|\s+(\S+): (?:ignored failed command|IGNORED FAIL)) ?/;
const UNCONFIGURED = /assuming empty tox\.ini at|^ERROR: tox config file \(.*\) not found/;
const UNDEFINED = /^ERROR: unknown environment|provided environments not found in configuration file/;

/** Reads the output of tox 3 and 4, line by line. */
export function createToxReader(): { read(line: string): void; result(): ToxOutput } {
  const skipped = new Set<string>();
  const success = new Map<string, boolean>();
  let [unconfigured, undefinedEnvironment] = [false, false];
  return {
    read(line) {
      const plain = withoutColors(line);
      const [, inTox3, inTox4] = TOX_SKIPPED.exec(plain) ?? [];
      const name = inTox3 ?? inTox4;
      if (name !== undefined) skipped.add(name);
      const [, failed, ignored] = TOX_FAILED.exec(plain) ?? [];
      const ended = failed ?? ignored ?? TOX_SUCCEEDED.exec(plain)?.[1];
      // The last line about an environment is the one in the summary of tox.
      if (ended !== undefined) success.set(ended, (failed ?? ignored) === undefined);
      unconfigured ||= UNCONFIGURED.test(plain);
      undefinedEnvironment ||= UNDEFINED.test(plain);
    },
    result: () => ({ skipped: [...skipped], success, unconfigured, undefinedEnvironment }),
  };
}
