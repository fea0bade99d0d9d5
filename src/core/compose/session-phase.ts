import * as advice from '../kernel/compose-advice.js';
import type { ContainerState } from '../ports/containers.js';
import type { OpenPhase, PhaseEnd } from './phases.js';
import type { Plan } from './plan.js';
import type { Problem } from './problem.js';
import type { ComposeRequest } from './request.js';
import { describeMinutes } from './describe-minutes.js';
import { openResult, type ResultFinding, type ResultIntake } from './result.js';
import { listSessions } from './run-session.js';
import { listSessionNetworks } from './session-container.js';
import type { SessionRun } from './session-scene.js';
import type { Death } from './servers.js';
import { SessionWatch } from './session-watch.js';
import type { ReadinessWatch } from './watch.js';
import type { ComposeWorld } from './world.js';

export interface SessionsEnd extends PhaseEnd {
  readonly sessions: readonly SessionRun[];
  readonly states: readonly ContainerState[];
  readonly result?: string;
  readonly warnings: readonly string[];
}

export interface SessionsStart {
  readonly request: ComposeRequest;
  readonly plan: Plan;
  readonly world: ComposeWorld;
  readonly phase: OpenPhase;
  readonly watch: ReadinessWatch;
}

/** The phase `session`: all sessions, one after the other, and the servers meanwhile. */
export async function runSessions(start: SessionsStart): Promise<SessionsEnd> {
  const { request, plan, world, phase, watch } = start;
  const beganAt = world.clock.now();
  const intake = await openResult(request, plan.benchmark, {
    containers: world.containers,
    host: world.host,
    networks: listSessionNetworks(plan),
  });
  const servers = new SessionWatch(world, watch.states, {
    isProvenServer: (id) => watch.isProvenServer(id),
    say: (sentence) => phase.say(sentence),
  });
  try {
    const sessions = await runAll({ ...start, intake, deadline: beganAt + request.timeoutMs });
    const last = sessions.at(-1)!;
    const { deaths, states } = await servers.end(last.endedAt, last.states);
    const found = await intake.collect({ beganAt, containers: states });
    const problem = judgeSessions({ request, plan }, { sessions, deaths, found });
    return {
      sessions,
      states,
      ...(found.result !== undefined && { result: found.result }),
      warnings: problem || deaths.length === 0 ? [] : deaths.map(describeDeath),
      detail: sessions.map(({ name, exitCode }) => `${name} exited with ${exitCode}`).join('; '),
      problem,
    };
  } finally {
    servers.close();
    await intake.close();
  }
}

async function runAll(
  start: SessionsStart & { readonly intake: ResultIntake; readonly deadline: number },
): Promise<readonly SessionRun[]> {
  const { plan, world, phase, watch } = start;
  const ended: SessionRun[] = [];
  for (const { name, run } of listSessions(plan)) {
    const beganAt = world.clock.now();
    const session = await run({ ...start, states: watch.states });
    ended.push(session);
    const seconds = (Math.max(0, session.endedAt - beganAt) / 1_000).toFixed(1);
    phase.say(`${titleOf(plan, name)} ended after ${seconds} s with exit code ${session.exitCode}.`);
    // The time that all sessions have together is over.
    if (session.endedBy === 'timeout') break;
  }
  return ended;
}

function judgeSessions(
  { request, plan }: Pick<SessionsStart, 'request' | 'plan'>,
  { sessions, deaths, found }: { sessions: readonly SessionRun[]; deaths: readonly Death[]; found: ResultFinding },
): Problem | undefined {
  const base = { phase: 'session', exitCode: 1 } as const;
  const died = deaths.map(describeDeath);
  const culprits = deaths.map(({ service }) => service);
  const late = sessions.find(({ endedBy }) => endedBy === 'timeout');
  if (late) {
    const time = describeMinutes(request.timeoutMs);
    const reasons = [`${titleOf(plan, late.name)} did not end within ${time}, and was ended.`, ...died];
    const about = { code: 'session-timeout', hint: advice.RAISE_SESSION_TIMEOUT } as const;
    return { ...base, ...about, verdict: 'error', reasons, culprits: [late.name, ...culprits] };
  }
  const failed = sessions.filter(({ exitCode, endedBy }) => exitCode !== 0 && endedBy !== 'result');
  if (failed.length > 0) {
    const about = { code: 'session-failed', verdict: 'fail', hint: advice.READ_SESSION_LOG } as const;
    const reasons = [...failed.map((session) => describeFailed(session, titleOf(plan, session.name))), ...died];
    return {
      ...base,
      ...about,
      exitCode: failed[0]!.exitCode,
      reasons,
      culprits: [...failed.map(({ name }) => name), ...culprits],
    };
  }
  if (deaths.length > 0 && request.onServerExit === 'fail') {
    const about = { code: 'server-died', verdict: 'fail', hint: advice.ACCEPT_SERVER_EXIT } as const;
    return { ...base, ...about, reasons: [...died, 'The session exited with 0, but without this service.'], culprits };
  }
  if (!found.failure) return undefined;
  const { code, hint, reason } = found.failure;
  return { ...base, code, hint, verdict: 'fail', reasons: [reason] };
}

/** Only a session that is a service has a name that its user knows. */
function titleOf({ session: { kind } }: Plan, name: string): string {
  if (kind === 'services') return `The session ${name}`;
  return kind === 'exec' ? `The session in ${name}` : 'The session';
}

function describeFailed({ exitCode, oomKilled }: SessionRun, title: string): string {
  const memory = oomKilled ? ' The kernel ended it for want of memory.' : '';
  return `${title} exited with ${exitCode}.${memory}`;
}

function describeDeath({ service, what }: Death): string {
  return `${service} ${what} during the session.`;
}
