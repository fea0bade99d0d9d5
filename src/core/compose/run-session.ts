import { Failure } from '../kernel/failure.js';
import type { Environment, ProgramEnd } from '../ports/programs.js';
import type { Plan } from './plan.js';
import { runImage, runService } from './session-container.js';
import { bounded, takeLines, type SessionRun, type SessionScene } from './session-scene.js';

/** The sessions of a plan, one after the other. */
export function listSessions(
  plan: Plan,
): readonly { readonly name: string; readonly run: (scene: SessionScene) => Promise<SessionRun> }[] {
  const { session } = plan;
  switch (session.kind) {
    case 'services':
      return session.services.map((name) => ({ name, run: (scene) => runService(name, scene) }));
    case 'exec':
      return [{ name: session.service, run: (scene) => runExec(session, scene) }];
    case 'host':
      return session.commands.map((command) => ({ name: 'host', run: (scene) => runOnHost(command, scene) }));
    case 'image':
      return [{ name: 'session', run: (scene) => runImage(session, scene) }];
  }
}

async function runExec(
  { service, command }: { readonly service: string; readonly command: string },
  scene: SessionScene,
): Promise<SessionRun> {
  const { world, intake } = scene;
  const container = scene.states.find((state) => state.service === service && state.status === 'running');
  if (!container)
    throw new Failure('session-not-started', `${service}, in which the session is to run, does not run any more.`, {
      hint: 'See its last lines, and why it ended.',
    });
  const env = { ...world.host.variables, ...intake.env };
  return runProgram(service, scene, (signal) =>
    world.containers.exec(container.id, command, { onLine: takeLines(scene), signal, env }),
  );
}

function runOnHost(command: string, scene: SessionScene): Promise<SessionRun> {
  const { host } = scene.world;
  const env: Environment = { ...scene.plan.scriptEnv, ...scene.intake.env };
  return runProgram('host', scene, (signal) => host.runScript(command, { onLine: takeLines(scene), signal, env }));
}

async function runProgram(
  name: string,
  scene: SessionScene,
  run: (signal: AbortSignal) => Promise<ProgramEnd>,
): Promise<SessionRun> {
  const { clock, signal } = scene.world;
  const { value, endedBy } = await bounded(scene, run);
  signal.throwIfAborted();
  if (value.code === undefined && endedBy === undefined)
    throw new Failure(
      'session-not-started',
      `The session did not run to its end: ${value.why ?? 'it has no exit code'}.`,
      {
        hint: 'Check that its programs exist, and that the machine has enough memory.',
      },
    );
  return { name, exitCode: value.code ?? 1, endedAt: clock.now(), ...(endedBy && { endedBy }) };
}
