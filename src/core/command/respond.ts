import type { Clock } from '../kernel/clock.js';
import { Failure, messageOf } from '../kernel/failure.js';
import type { Log } from '../ports/process.js';
import type { CommitStatus, PullRequests } from '../ports/pull-requests.js';
import { renderDifference, renderRefusal, renderRunning, renderVerdict, type Asked } from './answer.js';
import type { Conclusion } from './conclusion.js';
import type { Plan } from './plan.js';

/** What the last step of a run must know to post the verdict: the output `answer`, as JSON. */
export interface AnswerRecord extends Asked {
  /** The comment with the answer; absent if it could not be posted. */
  readonly comment?: number;
  readonly sha: string;
  /** Of the commit status. */
  readonly context: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Environments that the command does not name. Jobs with their names may be skipped. */
  readonly notAsked?: readonly string[];
}

export interface Place {
  /** Of the pull request. */
  readonly number: number;
  /** The id of the comment that is answered. */
  readonly comment: number;
}

interface RespondPorts {
  readonly github: Pick<PullRequests, 'createComment' | 'updateComment' | 'react' | 'setStatus'>;
  readonly log: Pick<Log, 'warning'>;
  readonly clock: Clock;
}

const RUN_GOES_ON = ', and the run goes on';
const NOTHING_RUNS = ', and nothing runs';

/** Answers a command on the pull request. An answer that cannot be posted stops nothing, and is a warning. */
export class Responder {
  constructor(
    private readonly asked: Asked,
    private readonly place: Place,
    private readonly ports: RespondPorts,
  ) {}

  /** Shows that the command was read. */
  async acknowledge(): Promise<void> {
    await this.attempt('The reaction 👀', () => this.ports.github.react(this.place.comment, 'eyes'));
  }

  /** @returns whether the answer is posted */
  async refuse(problems: readonly string[], usage?: string): Promise<boolean> {
    return (await this.post(renderRefusal(this.asked, problems, usage), NOTHING_RUNS)) !== undefined;
  }

  /** Answers `/plan`. @returns whether the answer is posted */
  async show(plan: Plan): Promise<boolean> {
    return (await this.post(renderDifference(this.asked, plan), NOTHING_RUNS)) !== undefined;
  }

  /** Posts that the tests run: a status on the commit, a comment, and a reaction. */
  async begin(plan: Plan, about: Pick<AnswerRecord, 'context' | 'notAsked'>): Promise<AnswerRecord> {
    const { context } = about;
    const startedAt = this.ports.clock.now();
    const { github } = this.ports;
    const status: CommitStatus = {
      state: 'pending',
      context,
      description: 'Tests are running',
      url: this.asked.runUrl,
    };
    const [comment] = await Promise.all([
      this.post(renderRunning(this.asked, plan, startedAt)),
      this.attempt('The status of the commit', () => github.setStatus(plan.sha, status)),
      this.attempt('The reaction 👍', () => github.react(this.place.comment, '+1')),
    ]);
    return { ...this.asked, ...(comment !== undefined && { comment }), sha: plan.sha, ...about, startedAt };
  }

  private post(body: string, whatNext = RUN_GOES_ON): Promise<number | undefined> {
    const { github } = this.ports;
    return this.attempt('The answer', () => github.createComment(this.place.number, body, this.asked.marker), whatNext);
  }

  private attempt<T>(what: string, send: () => Promise<T>, whatNext = RUN_GOES_ON): Promise<T | undefined> {
    return attempt(this.ports.log, `${what} could not be posted${whatNext}`, send);
  }
}

/**
 * Posts the verdict: the status of the commit, and the comment that {@link Responder.begin} added.
 *
 * @param readBody reads the comment as it is now
 * @returns whether at least one of the two could be posted
 */
export async function postVerdict(
  record: AnswerRecord,
  conclusion: Conclusion,
  {
    github,
    log,
  }: Pick<RespondPorts, 'log'> & { readonly github: Pick<PullRequests, 'readComment' | 'updateComment' | 'setStatus'> },
): Promise<boolean> {
  const { comment, sha, context, runUrl: url } = record;
  const { state, description } = conclusion;
  const [hasStatus, hasComment] = await Promise.all([
    attempt(log, 'The status of the commit could not be posted', async () => {
      await github.setStatus(sha, { state, context, description, url });
      return true;
    }),
    comment === undefined
      ? false
      : attempt(log, 'The verdict could not be posted in the comment', async () => {
          const current = await github.readComment(comment);
          if (!current) return false;
          return (await github.updateComment(comment, renderVerdict(current.body, record, conclusion))) === 'updated';
        }),
  ]);
  return hasStatus === true || hasComment === true;
}

/** @param sentence what it means if the request fails, without the reason */
async function attempt<T>(log: Pick<Log, 'warning'>, sentence: string, send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    const hint = error instanceof Failure ? ` ${error.hint}` : '';
    log.warning(`${sentence}: ${messageOf(error)}${hint}`);
    return undefined;
  }
}
