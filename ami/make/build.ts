import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Progress } from '../../src/terminal/progress.js';
import { smokeImage } from '../../src/core/images/smoke.js';
import type { BuiltInPreset } from '../../src/core/kernel/built-in-presets.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { Ec2, ReaperEc2 } from '../../src/core/ports/ec2.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { clock } from '../../src/host/clock.js';
import { createBuildLog, explain, type BuildLog } from './build-log.js';
import { removeLeftovers } from './leftovers.js';
import type { BuildOptions, Step } from './options.js';
import { readManifest, variablesFile, writeVariables } from './packer.js';
import { planBuild, type BuildPlan } from './plan.js';
import { runProgram } from './program.js';
import { requireTools } from './tools.js';

export interface BuildJob {
  readonly preset: BuiltInPreset;
  readonly options: BuildOptions;
  /** This repository. */
  readonly root: string;
  readonly signal: AbortSignal;
}

export interface BuildResult {
  readonly preset: BuiltInPreset;
  readonly isGood: boolean;
  /** For the last lines of the command. */
  readonly summary: string;
}

/** Runs the steps for one preset in their order, up to the first that fails. Never throws. */
export async function buildPreset(job: BuildJob): Promise<BuildResult> {
  const { preset, options, root } = job;
  const now = new Date();
  const [day, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  const folder = join(root, 'build/ami');
  const file = join(folder, `${preset}-${day}-${time}.log`);
  mkdirSync(folder, { recursive: true });
  const progress = new Progress({ what: `steps of ${preset}`, total: options.steps.length, estimate: false });
  const log = createBuildLog((text) => {
    progress.above(() => process.stdout.write(text));
    appendFileSync(file, text);
  });
  try {
    const image = await new Build({ job, log, progress, now }).run();
    return { preset, isGood: true, summary: `${image ?? options.steps.join(', ')}: done` };
  } catch (error) {
    log.raw(`${explain(error)}\nLog: ${file}\n`);
    return { preset, isGood: false, summary: `failed; log: ${file}` };
  } finally {
    progress.close();
  }
}

interface BuildParts {
  readonly job: BuildJob;
  readonly log: BuildLog;
  readonly progress: Progress;
  readonly now: Date;
}

class Build {
  private readonly job: BuildJob;
  private readonly log: BuildLog;
  private readonly progress: Progress;
  private readonly now: Date;

  constructor({ job, log, progress, now }: BuildParts) {
    this.job = job;
    this.log = log;
    this.progress = progress;
    this.now = now;
  }

  /** @returns the image that was built or given */
  async run(): Promise<string | undefined> {
    const { options, preset } = this.job;
    let image = options.image;
    let plan: BuildPlan | undefined;
    this.progress.begin('check');
    const needsAws = (['check', 'validate', 'build'] as const).some((step) => options.steps.includes(step));
    const [packer, ec2] = await waitForBoth(requireTools(options), needsAws ? this.connect() : undefined);
    if (ec2) plan = await this.prepare(ec2, packer);
    if (options.steps.includes('check')) this.progress.finish();
    await this.step('init', () => this.packer('init', plan));
    await this.step('validate', () => this.packer('validate', plan));
    await this.step('build', async () => {
      image = await this.build(plan!, ec2!);
    });
    await this.step('smoke', () => this.smoke(image));
    await this.step('publish', () => this.publish(image));
    if (options.isDry) this.log.info(`Nothing was done for ${preset}: --dry-run.`);
    return image;
  }

  private async step(name: Step, run: () => Promise<void>): Promise<void> {
    const { steps } = this.job.options;
    if (!steps.includes(name)) return;
    const rest = steps.slice(steps.indexOf(name) + 1);
    this.progress.begin(rest.length > 0 ? `${name}, then ${rest.join(', ')}` : name);
    await run();
    this.progress.finish();
  }

  private connect(): Promise<Ec2 & ReaperEc2> {
    const { region } = this.job.options;
    return connectEc2({ clock, log: this.log, ...(region && { region }) });
  }

  private async prepare(ec2: Ec2, packer: string): Promise<BuildPlan> {
    const { preset, options, root } = this.job;
    const plan = await planBuild({ preset, options, now: this.now, root, environment: process.env }, ec2);
    this.log.info(
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
    await this.runProgram('packer', args, 'The reason is above. Nothing was published.');
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

  /** A failed check for leftovers must not hide the reason why the build failed. */
  private async cleanUp(name: string, ec2: Ec2 & ReaperEc2): Promise<void> {
    try {
      this.log.info(await removeLeftovers(name, { ec2, clock, log: this.log }));
    } catch (error) {
      this.log.warning(`It is not known whether the build left something: look for ${name} in the EC2 console.`);
      this.log.info(explain(error));
    }
  }

  private async smoke(imageId = 'the image'): Promise<void> {
    const { preset, options, signal } = this.job;
    this.log.info(`\n── smoke test of ${imageId}`);
    if (options.isDry) return this.wouldRun(`npm run ami -- smoke --image ${imageId} --preset ${preset}`);
    const request = { preset, imageId, nonce: randomUUID(), ...(options.subnet && { subnetId: options.subnet }) };
    const ec2 = await this.connect();
    await smokeImage(request, { ec2, clock, log: this.log, signal });
  }

  private async publish(imageId = 'the image'): Promise<void> {
    const { preset, options } = this.job;
    const args = ['run', '--silent', 'ami', '--', 'publish', '--preset', preset, '--image', imageId];
    if (options.region) args.push('--region', options.region);
    this.log.info(`\n── publish ${imageId}`);
    if (options.isDry) return this.wouldRun(`npm ${args.join(' ')}`);
    await this.runProgram(
      'npm',
      args,
      'The image is built. Remove the reason above, then run this command to publish the image.',
    );
  }

  private runProgram(program: string, args: readonly string[], hint: string): Promise<void> {
    const { root: cwd, signal } = this.job;
    return runProgram({ program, args, cwd, log: this.log, signal, hint });
  }

  private wouldRun(command: string): void {
    this.log.info(`Would run: ${command}`);
  }
}

/** Waits for both checks, so that missing programs and missing access to AWS are reported in one error. @throws Failure */
async function waitForBoth<A, B>(first: Promise<A>, second: Promise<B> | undefined): Promise<[A, B | undefined]> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'fulfilled' && other.status === 'fulfilled') return [one.value, other.value];
  const reasons = [one, other].flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const [tools, account] = reasons;
  if (!(tools instanceof Failure && account instanceof Failure)) throw tools;
  const details = [...(tools.about.details ?? []), account.message];
  throw new Failure(account.code, 'Programs and access to AWS are missing.', { hint: account.hint, details });
}
