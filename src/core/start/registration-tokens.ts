import type { PayloadRegistration } from '../machine/payload.js';
import type { RegistrationToken } from '../ports/github.js';
import type { StartPorts } from './ports.js';
import { needsToken, type StartRequest } from './request.js';

interface TokenContext {
  readonly request: StartRequest;
  readonly groupName?: string;
  readonly ports: Pick<StartPorts, 'github' | 'clock' | 'mask' | 'signal'>;
}

/** GitHub's tokens are valid for an hour. A start that may take longer than that gets a new token at each launch. */
const MOST_MS = 50 * 60_000;
/** Covers the installation of a runner and the difference of two clocks. */
const SLACK_MS = 5 * 60_000;

/**
 * The registration token with which the instances of a start register runners. All instances share it. A launch that
 * comes late, because capacity was missing, gets a new one.
 */
export class RegistrationTokens {
  private current: Promise<RegistrationToken> | undefined;

  constructor(private readonly context: TokenContext) {}

  /**
   * A registration that stays valid until an instance launched now has used it; `undefined` when no runner needs it.
   *
   * @throws Failure `github-*`; the signal's reason
   */
  async get(): Promise<PayloadRegistration | undefined> {
    const { request, groupName } = this.context;
    if (!needsToken(request)) return undefined;
    const known = this.current;
    if (known === undefined || !this.isFresh(await known)) {
      // Another lane may have asked meanwhile.
      if (this.current === known) this.current = this.create();
    }
    const { token, url } = await this.current!;
    return { token, url, ...(request.runnerGroup !== undefined && { group: groupName }) };
  }

  private isFresh({ expiresAt }: RegistrationToken): boolean {
    const { request, ports } = this.context;
    const { startupTimeoutMs, runningMs = 0 } = request.startup;
    return expiresAt - ports.clock.now() >= Math.min(startupTimeoutMs + runningMs + SLACK_MS, MOST_MS);
  }

  private async create(): Promise<RegistrationToken> {
    const { github, mask, signal } = this.context.ports;
    const created = await github.createRegistrationToken(signal);
    mask(created.token);
    return created;
  }
}
