import { isMask } from './masks.js';
import { print } from './setup.js';

const MIB = 1024 * 1024;
/** Characters of each phase in the log of the step. A page of GitHub's shows no more in reasonable time. */
const MOST_PRINTED = 4 * MIB;
/** The same of all phases together, for lists of many phases. */
const MOST_PRINTED_IN_ALL = 32 * MIB;

/** Commands that act by themselves, so they may stand between the lines of other phases. */
const ALONE = /^\s*::(debug|notice|warning|error)(\s[^]*?)?::/;
const STOP = /^\s*::stop-commands::(.+)$/;

/** How much room the log of the step still has for all phases. */
export class Room {
  private left = MOST_PRINTED_IN_ALL;

  take(length: number): boolean {
    return (this.left -= length) > 0;
  }
}

/**
 * Prints the lines of one phase to the step's log, at most {@link MOST_PRINTED} characters. Workflow commands of the phase
 * act as in any other step. A prefix would disarm them, and a value that `::add-mask::` names would be shown.
 */
export class PhasePrinter {
  private left = MOST_PRINTED;
  private hasEnded = false;
  /** With this token, the phase has stopped the commands of the whole step, ours included. */
  private stoppedBy: string | undefined;

  constructor(
    private readonly about: { readonly title: string; readonly prefix: string; readonly log: string },
    private readonly room: Room,
  ) {}

  print(line: string): void {
    // A value that is to be masked is in later lines, too, and in those of other phases.
    if (isMask(line)) return print(line);
    const own = this.hasEnded ? `${this.about.title} | ` : this.about.prefix;
    const prefix = own === '' || ALONE.test(line) ? '' : own;
    if (own === '') this.watch(line);
    if (this.left <= 0) return;
    const length = line.length + prefix.length + 1;
    this.left = this.room.take(length) ? this.left - length : 0;
    print(
      this.left > 0
        ? `${prefix}${line}`
        : `${prefix}… This log has no room for more. All of it is in ${this.about.log}`,
    );
  }

  /** Lets commands act again that the phase stopped. Lines of programs in the background get a prefix from now on. */
  end(): void {
    this.hasEnded = true;
    if (this.stoppedBy !== undefined) print(`::${this.stoppedBy}::`);
  }

  private watch(line: string): void {
    const token = STOP.exec(line)?.[1]?.trim();
    if (this.stoppedBy === undefined) this.stoppedBy = token;
    else if (line.trim() === `::${this.stoppedBy}::`) this.stoppedBy = undefined;
  }
}
