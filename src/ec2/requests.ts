import type { EC2Client } from '@aws-sdk/client-ec2';
import { takeTurns } from '../core/kernel/back-off.js';
import {
  GivenUp,
  Patience,
  toPurpose,
  Trouble,
  type PatienceOptions,
  type PatientCall,
  type Purpose,
} from '../core/kernel/patience.js';
import { classify } from './classify.js';
import { readError } from './errors.js';
import { translate } from './failures.js';

export interface RequestOptions extends PatienceOptions {
  /** What reads are for. Default: `read`. With `end` the listings that a stop goes by are as patient as the stop. */
  readonly purpose?: Purpose | undefined;
}

type How = Partial<Pick<PatientCall, 'purpose' | 'signal'>>;

/**
 * The requests of one service in one region. The client must not retry by itself: there is one policy, see
 * {@link Patience}, and EC2 answers 500 when it has no capacity, which the SDK would try again.
 */
export class Requests<Client = EC2Client> {
  constructor(
    readonly client: Client,
    private readonly options: RequestOptions,
    private readonly patience = new Patience(options),
  ) {}

  /** The same, where reads are for something else. */
  for(purpose: Purpose | undefined): Requests<Client> {
    return purpose === undefined ? this : new Requests(this.client, { ...this.options, purpose }, this.patience);
  }

  /** The same client, for launches: AWS throttles them apart from other requests, and more. */
  forLaunches(): Requests<Client> {
    return new Requests(this.client, { ...this.options, strategy: takeTurns });
  }

  /**
   * Sends what may be sent twice until AWS decides.
   *
   * @param action the IAM action of the call, such as `ec2:RunInstances`
   * @throws AWS's own error, for the caller to judge; Failure `aws-throttled`, `aws-unreachable` when the patience is over
   */
  async persist<T>(action: string, send: () => Promise<T>, how: How = {}): Promise<T> {
    const call = { ...how, name: action.replace(/^\w+:/, ''), purpose: toPurpose(how.purpose, this.options.purpose) };
    const outcome = await this.patience.persist(call, () => send().catch(toTrouble));
    if (outcome instanceof GivenUp) throw translate(outcome.trouble.about.cause, action, outcome.ms);
    return outcome;
  }

  /** The same, with whatever goes wrong in the end as {@link translate} puts it. */
  async ask<T>(action: string, send: () => Promise<T>, how?: How): Promise<T> {
    try {
      return await this.persist(action, send, how);
    } catch (error) {
      throw translate(error, action);
    }
  }
}

function toTrouble(error: unknown): Trouble {
  const { kind } = classify(error);
  if (kind !== 'throttled' && kind !== 'unanswered') throw error;
  return new Trouble(kind, { reason: readError(error).code, cause: error });
}
