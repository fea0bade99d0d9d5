import { describeGathered, type PassedRun, renderRuns, summarizeRuns } from '../src/core/compose/interleaved-run.js';
import { keepImages, toImageRequest } from '../src/core/compose/keep-images.js';
import type { ComposeHost } from '../src/core/compose/host.js';
import type { ComposeOutcome } from '../src/core/compose/outcome.js';
import { nameProject } from '../src/core/compose/project-name.js';
import type { ComposeRequest } from '../src/core/compose/request.js';
import { runCompose } from '../src/core/compose/run.js';
import type { ComposeWorld } from '../src/core/compose/world.js';
import { refuseProblems } from '../src/core/inputs/inputs.js';
import type { InterleaveRequest } from '../src/core/interleave/inputs.js';
import { Measurement } from '../src/core/interleave/measurement.js';
import { orderRuns, type SideRun } from '../src/core/interleave/order.js';
import { describeMachine, describeOrder, INTERLEAVED, renderInterleaved } from '../src/core/interleave/report.js';
import type { FoundSide } from '../src/core/interleave/work.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';
import type { ProgramEnd } from '../src/core/ports/programs.js';
import { clock } from '../src/host/clock.js';
import { openComposeHost, removePrivateFiles } from '../src/host/compose-host.js';
import { saveComposeState } from '../src/host/compose-state.js';
import { dockerContainers } from '../src/host/containers.js';
import { findSides } from '../src/host/find-sides.js';
import { locateArtifacts } from '../src/host/locate-artifacts.js';
import { readMachine } from '../src/host/measuring-machine.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { resultFiles } from '../src/host/result-copies.js';
import { composeEnvironment } from '../src/host/setup.js';
import { appendSummary } from '../src/host/summary.js';
import { reportOutcome } from './compose-report.js';
import { BEFORE_ANYTHING, HINT, type GivenProject } from './compose-request.js';

interface Surroundings {
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Runs the project of both sides in turn, each time as a project of its own, from `up` to `down`. The images are made
 * before the first run. Writes the outputs, the files and the summary.
 *
 * @throws Failure of the first run that did not pass. Then no other run begins
 */
export async function interleaveCompose(
  given: GivenProject,
  interleave: InterleaveRequest,
  around: Surroundings,
): Promise<void> {
  const { sides, problems } = findSides(given.workspace, interleave.sides, given.request.directory);
  refuseProblems(problems, HINT);
  const project = new InterleavedProject(given, { ...interleave, found: sides }, around);
  await project.run();
}

/** What one project adds to the others. */
interface Part {
  /** `Run 3 of base`. */
  readonly title: string;
  readonly side: FoundSide;
  /** Its folder below the artifacts. */
  readonly folder: string;
  readonly request: ComposeRequest;
  readonly variables: Readonly<Record<string, string>>;
  /** What the world has in addition. */
  readonly more: (host: ComposeHost, world: ComposeWorld) => Pick<ComposeWorld, 'gather' | 'onImages'>;
}

class InterleavedProject {
  /** The names of the kept images begin with it. */
  private readonly images = nameProject(nonce, '');
  private readonly artifacts = locateArtifacts(this.images);
  private readonly measurement: Measurement;
  private last = { projectName: this.images, artifacts: this.artifacts };
  /** Whether something of a project may be there. */
  private isOpen = false;
  private hasImages = false;

  constructor(
    private readonly given: GivenProject,
    private readonly interleave: InterleaveRequest & { readonly found: readonly FoundSide[] },
    private readonly around: Surroundings,
  ) {
    const { artifacts } = this;
    const { results: patterns } = interleave;
    const where = { variable: '$ARTIFACTS', artifacts, folder: 'results' };
    this.measurement = new Measurement({ files: resultFiles, clock, patterns, ...where });
  }

  async run(): Promise<void> {
    const { log } = this.around;
    const { sides, runs, seed, found } = this.interleave;
    const order = orderRuns([sides[0].label, sides[1].label], runs, seed);
    const [first, tooFew] = describeOrder(this.interleave, order);
    log.info(first!);
    if (tooFew !== undefined) log.warning(tooFew);
    writeOutputs({ artifacts: this.artifacts });
    try {
      const requests = new Map<string, ComposeRequest>();
      for (const side of found) requests.set(side.label, await this.makeImages(side, found.indexOf(side) + 1));
      const passed: PassedRun[] = [];
      for (const [at, one] of order.entries()) {
        log.info(`Run ${one.run} of ${one.side}, ${at + 1} of ${order.length}.`);
        passed.push(await this.measure(one, { at, request: requests.get(one.side)! }));
      }
      await this.finish(passed);
    } finally {
      await this.removeImages();
    }
  }

  /** @returns the request of the runs of the side */
  private async makeImages(side: FoundSide, number: number): Promise<ComposeRequest> {
    let kept: ComposeRequest | undefined;
    const repository = `${this.images}-${number}`;
    await this.play({
      title: `Images of ${side.label}`,
      side,
      folder: `images/${side.label}`,
      request: toImageRequest(this.given.request),
      variables: { CI_SIDE: side.label },
      more: (_, { containers }) => ({
        onImages: async (plan) => {
          this.hasImages = true;
          kept = await keepImages(this.given.request, plan, { containers, repository });
        },
      }),
    });
    return kept!;
  }

  private async measure(
    one: SideRun,
    { at, request }: { readonly at: number; readonly request: ComposeRequest },
  ): Promise<PassedRun> {
    const side = this.interleave.found.find(({ label }) => label === one.side)!;
    const folder = `runs/${String(at + 1).padStart(3, '0')}-${one.side}-${one.run}`;
    await this.measurement.begin(one, side.directory);
    const outcome = await this.play({
      title: `Run ${one.run} of ${one.side}`,
      side,
      folder,
      request,
      variables: { CI_SIDE: one.side, CI_RUN: String(one.run) },
      more: ({ artifacts }) => ({
        gather: async () => {
          await this.measurement.collect(artifacts);
          return describeGathered(this.measurement.end());
        },
      }),
    });
    return { ...one, folder, outcome };
  }

  /** Runs one project. @throws Failure unless it passed */
  private async play({ title, side, folder, request, variables, more }: Part): Promise<ComposeOutcome> {
    const { signal, log } = this.around;
    const { directory, path } = side;
    const projectName = nameProject(nonce, directory);
    const artifacts = `${this.artifacts}/${folder}`;
    this.last = { projectName, artifacts };
    // Before anything is created: the post step finds by this name what is left.
    this.save('started');
    const place = { ...this.given, directory, projectName, artifacts };
    const host = openComposeHost({ ...place, variables: { ...this.given.variables, ...variables } });
    const world = { containers: dockerContainers(host.env), host, clock, projectName, signal };
    this.isOpen = true;
    try {
      const outcome = await runCompose(request, { ...world, ...more(host, world) }, log);
      this.isOpen = outcome.remains.length > 0;
      reportOutcome(outcome, { directory: `${path}/${request.directory}`, run: title, host, log });
      return outcome;
    } catch (error) {
      if (error instanceof Failure && BEFORE_ANYTHING.includes(error.code)) this.isOpen = false;
      throw error;
    } finally {
      removePrivateFiles(projectName);
    }
  }

  private async finish(runs: readonly PassedRun[]): Promise<void> {
    const { sides, seed } = this.interleave;
    const { artifacts, images: projectName } = this;
    const machine = await readMachine();
    const measured = this.measurement.describe({ sides: [sides[0].label, sides[1].label], seed, machine });
    const host = openComposeHost({ ...this.given, projectName, artifacts });
    const timeline = host.writeFile('timeline.json', renderRuns(runs));
    const interleaved = host.writeFile(`${INTERLEAVED}.json`, renderInterleaved(measured));
    writeOutputs({ verdict: 'pass', phase: 'done', 'exit-code': 0, result: '', timeline, interleaved });
    const { directory } = this.given.request;
    const about = { directory, artifacts, seed, machine: describeMachine(measured) };
    appendSummary(summarizeRuns(runs, about), this.around.log);
  }

  /** What cannot be removed in time, for example because the step was canceled, is left to the post step. */
  private async removeImages(): Promise<void> {
    const { log } = this.around;
    const remove = (): Promise<ProgramEnd> =>
      dockerContainers(composeEnvironment(this.given.variables)).down(this.images, 0, {
        onLine: (line) => log.debug(line),
      });
    const ended = this.hasImages ? await remove().catch(() => undefined) : { code: 0 };
    if (ended?.code === 0 && !this.isOpen) this.save('removed');
  }

  private save(state: 'started' | 'removed'): void {
    saveComposeState({ ...this.last, images: this.images, state });
  }
}
