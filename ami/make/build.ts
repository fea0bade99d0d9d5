import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../src/core/kernel/failure.js';
import { smokeImage } from '../../src/core/images/smoke.js';
import type { Ec2, ReaperEc2 } from '../../src/core/ports/ec2.js';
import type { BuiltInPreset } from '../../src/core/kernel/built-in-presets.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { clock } from '../../src/host/clock.js';
import { removeLeftovers } from './leftovers.js';
import type { BuildOptions, Step } from './options.js';
import { readManifest, variablesFile, writeVariables } from './packer.js';
import { planBuild, type BuildPlan } from './plan.js';
import { runProgram } from './program.js';
import { createTerminal, explain, type Terminal } from './terminal.js';
import { requireTools } from './tools.js';

export interface BuildJob {
  readonly preset: BuiltInPreset;
  readonly options: BuildOptions;
  /** This repository. */
  readonly root: string;
  readonly signal: AbortSignal;
}

export interface Outcome {
  readonly preset: BuiltInPreset;
  readonly isGood: boolean;
  readonly says: string;
}

/** The steps for one preset, in their order; the first that fails ends it. Never throws. */
export async function buildPreset(job: BuildJob): Promise<Outcome> {
  const { preset, options, root } = job;
  const now = new Date();
  const log = join(
    root,
    'build/ami',
    `${preset}-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.log`,
  );
  mkdirSync(join(root, 'build/ami'), { recursive: true });
  const terminal = createTerminal((text) => {
    process.stdout.write(text);
    appendFileSync(log, text);
  });
  try {
    const image = await new Build(job, terminal, now).run();
    return { preset, isGood: true, says: `${image ?? options.steps.join(', ')}: done` };
  } catch (error) {
    terminal.raw(`${explain(error)}\nLog: ${log}\n`);
    return { preset, isGood: false, says: `failed; log: ${log}` };
  }
}

class Build {
  constructor(
    private readonly job: BuildJob,
    private readonly terminal: Terminal,
    private readonly now: Date,
  ) {}

  /** @returns the image that is built or was given */
  async run(): Promise<string | undefined> {
    const { options, preset } = this.job;
    const has = (...steps: Step[]) => steps.some((step) => options.steps.includes(step));
    const asksAws = has('check', 'validate', 'build');
    const [packer, ec2] = await allOrEveryProblem(requireTools(options), asksAws ? this.connect() : undefined);
    let image = options.image;
    if (ec2) {
      const plan = await this.prepare(ec2, packer);
      if (has('init')) await this.packer('init', plan);
      if (has('validate')) await this.packer('validate', plan);
      if (has('build')) image = await this.build(plan, ec2);
    } else if (has('init')) {
      await this.packer('init');
    }
    if (has('smoke')) await this.smoke(image);
    if (has('publish')) await this.publish(image);
    if (options.isDry) this.terminal.info(`Nothing was done for ${preset}: --dry-run.`);
    return image;
  }

  private connect(): Promise<Ec2 & ReaperEc2> {
    const { region } = this.job.options;
    return connectEc2({ clock, log: this.terminal, ...(region && { region }) });
  }

  private async prepare(ec2: Ec2, packer: string): Promise<BuildPlan> {
    const { preset, options, root } = this.job;
    const plan = await planBuild({ preset, options, now: this.now, root, environment: process.env }, ec2);
    this.terminal.info(
      `\n── ${preset}: ${plan.name} in ${plan.region}, runner ${plan.runner_version}, from ${plan.source_image} on ${plan.instance_type}. ${packer}`,
    );
    writeVariables(plan);
    return plan;
  }

  private async packer(command: 'init' | 'validate' | 'build', plan?: BuildPlan): Promise<void> {
    const template = join(this.job.root, 'ami/runner.pkr.hcl');
    const variables = plan && command !== 'init' ? [`-var-file=${variablesFile(plan)}`] : [];
    const args = [command, ...(command === 'build' ? ['-color=false'] : []), ...variables, template];
    if (this.job.options.isDry && command !== 'validate') return this.wouldRun(`packer ${args.join(' ')}`);
    await this.runProgram('packer', args, 'What it says above is the reason. Nothing was published.');
  }

  private async build(plan: BuildPlan, ec2: Ec2 & ReaperEc2): Promise<string | undefined> {
    if (this.job.options.isDry) {
      await this.packer('build', plan);
      return undefined;
    }
    try {
      await this.packer('build', plan);
      return readManifest(plan);
    } finally {
      await this.cleanUp(plan.name, ec2);
    }
  }

  /** What could not be asked must not hide why the build failed. */
  private async cleanUp(name: string, ec2: Ec2 & ReaperEc2): Promise<void> {
    try {
      this.terminal.info(await removeLeftovers(name, { ec2, clock, log: this.terminal }));
    } catch (error) {
      this.terminal.warning(`Whether the build left something is not known: look for ${name} in the EC2 console.`);
      this.terminal.info(explain(error));
    }
  }

  private async smoke(imageId = 'the image'): Promise<void> {
    const { preset, options, signal } = this.job;
    this.terminal.info(`\n── smoke test of ${imageId}`);
    if (options.isDry) return this.wouldRun(`ami/smoke.sh --image ${imageId} --preset ${preset}`);
    const request = { preset, imageId, nonce: randomUUID(), ...(options.subnet && { subnetId: options.subnet }) };
    const ec2 = await this.connect();
    await smokeImage(request, { ec2, clock, log: this.terminal, signal });
  }

  private async publish(imageId = 'the image'): Promise<void> {
    const { preset, options } = this.job;
    const args = ['run', '--silent', 'ami', '--', 'publish', '--preset', preset, '--image', imageId];
    if (options.region) args.push('--region', options.region);
    this.terminal.info(`\n── publish ${imageId}`);
    if (options.isDry) return this.wouldRun(`npm ${args.join(' ')}`);
    await this.runProgram('npm', args, 'The image is built. Remove the reason above, then publish it by this command.');
  }

  private runProgram(program: string, args: readonly string[], hint: string): Promise<void> {
    const { root: cwd, signal } = this.job;
    return runProgram({ program, args, cwd, terminal: this.terminal, signal, hint });
  }

  private wouldRun(command: string): void {
    this.terminal.info(`Would run: ${command}`);
  }
}

/** What is missing on the machine and in the account is told at once. @throws Failure */
async function allOrEveryProblem<A, B>(first: Promise<A>, second: Promise<B> | undefined): Promise<[A, B | undefined]> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'fulfilled' && other.status === 'fulfilled') return [one.value, other.value];
  const reasons = [one, other].flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const [tools, account] = reasons;
  if (!(tools instanceof Failure && account instanceof Failure)) throw tools;
  const details = [...(tools.about.details ?? []), account.message];
  throw new Failure(account.code, 'Programs and access to AWS are missing.', { hint: account.hint, details });
}
