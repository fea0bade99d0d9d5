import type { LocatedInstance } from '../instances/located-instance.js';
import { isOff } from '../instances/states.js';
import type { Ec2ByRegion } from '../ports/ec2.js';
import { readConsoleOutput, unreadable, type ConsoleOutput } from './console-output.js';

/** The most consoles read by one stop: instances of one request mostly fail alike. */
const CONSOLES = 10;

/** Reads a bounded number of consoles. */
export class ConsoleReader {
  private reads = 0;

  constructor(private readonly ec2In: Ec2ByRegion) {}

  async read({ instance, region }: LocatedInstance): Promise<ConsoleOutput> {
    if (this.reads++ >= CONSOLES) {
      return { phases: [], lines: [`Console: not read, because this stop has read ${CONSOLES} others.`] };
    }
    try {
      return await readConsoleOutput(instance, await this.ec2In(region), () => isOff(instance));
    } catch (error) {
      return unreadable(error);
    }
  }
}
