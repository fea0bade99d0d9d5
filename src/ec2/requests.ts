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
  /**
   * The purpose of reads. Default: `read`. With `end`, the listings before a stop are as patient as the stop itself.
   */
  readonly purpose?: Purpose | undefined;
}

type CallOptions = Partial<Pick<PatientCall, 'purpose' | 'signal'>>;

/**
 * Sends the requests to one service in one region. The client must not retry by itself: {@link Patience} is the only
 * policy for retries, and EC2 answers 500 when it has no capacity, which the SDK would retry.
 */
export class Requests<Client = EC2Client> {
  constructor(
    readonly client: Client,
    private readonly options: RequestOptions,
    private readonly patience = new Patience(options),
  ) {}

  /** The same requests, with another purpose of reads. */
  for(purpose: Purpose | undefined): Requests<Client> {
    return purpose === undefined ? this : new Requests(this.client, { ...this.options, purpose }, this.patience);
  }

  /** The same client, for launches: AWS throttles launches separately from other requests, and earlier. */
  forLaunches(): Requests<Client> {
    return new Requests(this.client, { ...this.options, strategy: takeTurns });
  }

  /**
   * Sends a request that may be sent twice, until AWS accepts or rejects it.
   *
   * @param action the IAM action of the call, such as `ec2:RunInstances`
   * @throws AWS's own error; Failure `aws-throttled`, `aws-unreachable` when the patience is over
   */
  async persist<T>(action: string, send: () => Promise<T>, options: CallOptions = {}): Promise<T> {
    const call = {
      ...options,
      name: action.replace(/^\w+:/, ''),
      purpose: toPurpose(options.purpose, this.options.purpose),
    };
    const outcome = await this.patience.persist(call, () => send().catch(toTrouble));
    if (outcome instanceof GivenUp) throw translate(outcome.trouble.about.cause, action, outcome.ms);
    return outcome;
  }

  /** Like {@link persist}, but throws the `Failure` of {@link translate} for every error of AWS. */
  async ask<T>(action: string, send: () => Promise<T>, options?: CallOptions): Promise<T> {
    try {
      return await this.persist(action, send, options);
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
