import type { Played } from './played.js';

/** Prints each violation as soon as its cell is over, and the totals at the end. */
export class Report {
  private cells = 0;
  private unreached = 0;
  private bad = 0;
  private readonly rules = new Map<string, number>();
  private readonly seconds: { name: string; secondsToClean: number }[] = [];

  constructor(private readonly factor: number) {}

  addBase(played: Played): void {
    console.log(`${played.name}: ${played.requests.length} requests: ${played.requests.join(' ')}`);
    this.judge(played);
  }

  add(played: Played): void {
    this.cells++;
    if (!played.struck) this.unreached++;
    this.seconds.push(played);
    this.judge(played);
    if (this.cells % 100 === 0) console.log(`${this.cells} cells, ${this.bad} of them bad`);
  }

  /** Prints every step's exit code, requests and output. */
  print({ name, steps, secondsToClean, struck }: Played): void {
    console.log(`== ${name}${struck ? '' : ' (not reached)'}: clean after ${secondsToClean.toFixed(1)} s`);
    for (const step of steps) {
      console.log(`-- ${step.name}: exit code ${step.code}; ${step.requests.join(' ')}`);
      for (const line of step.lines) console.log(`   ${line}`);
    }
  }

  /** @returns the exit code */
  close(runSeconds: number): number {
    const [worst] = this.seconds.sort((one, other) => other.secondsToClean - one.secondsToClean);
    console.log(`\n${this.cells} cells run, ${this.bad} violated an invariant.`);
    for (const [rule, count] of this.rules) console.log(`  ${rule}: ${count}`);
    console.log(`${this.unreached} cells never made their request: a quick step polls fewer times.`);
    if (worst) console.log(`Worst time to clean: ${worst.secondsToClean.toFixed(0)} s (${worst.name}).`);
    console.log(`Run time: ${runSeconds.toFixed(0)} s on a clock ${this.factor} times as fast.`);
    return this.bad === 0 ? 0 : 1;
  }

  private judge({ name, violations }: Played): void {
    if (violations.length === 0) return;
    this.bad++;
    console.log(`VIOLATION ${name}`);
    for (const { rule, what } of violations) {
      this.rules.set(rule, (this.rules.get(rule) ?? 0) + 1);
      console.log(`  ${rule}: ${what}`);
    }
    console.log(`  again: npm run test:faults -- --verbose --only '${name}'`);
  }
}
