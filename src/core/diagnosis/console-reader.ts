import type { LocatedInstance } from '../instances/located-instance.js';
import { isOff } from '../instances/states.js';
import type { Ec2ByRegion } from '../ports/ec2.js';
import { readConsoleOutput, unreadable, type ConsoleOutput } from './console-output.js';

/** The most consoles that one stop reads to explain failures: instances of one request mostly fail alike. */
const CONSOLES = 10;

/** Reads a bounded number of consoles. */
export class ConsoleReader {
  /** By instance id. */
  private readonly outputs = new Map<string, Promise<ConsoleOutput>>();

  constructor(private readonly ec2In: Ec2ByRegion) {}

  /**
   * Reads a console, each one only once.
   *
   * @param need `any`: this instance's own console is needed, however many were read before
   */
  read(found: LocatedInstance, need?: 'any'): Promise<ConsoleOutput> {
    const { id } = found.instance;
    const output = this.outputs.get(id) ?? this.readFirst(found, need === 'any' ? Infinity : CONSOLES);
    this.outputs.set(id, output);
    return output;
  }

  private async readFirst({ instance, region }: LocatedInstance, most: number): Promise<ConsoleOutput> {
    const { size } = this.outputs;
    if (size >= most) {
      return { phases: [], jobEnds: [], lines: [`Console: not read, because this stop has read ${size} others.`] };
    }
    try {
      return await readConsoleOutput(instance, await this.ec2In(region), () => isOff(instance));
    } catch (error) {
      return unreadable(error);
    }
  }
}
