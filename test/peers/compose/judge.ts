import { sessionOf, type ComposeCase, type Session, type Variant } from './cases.js';
import type { Played } from './stage.js';

/** The names of phases in cases.json that are others at ours. */
const PHASES: Readonly<Record<string, string>> = { config: 'check' };
/** A session in a container that dies ends with the signal that its container got, or that its client saw. */
const OF_A_DEAD_CONTAINER = [137, 143];

/** Lists what is wrong with a verdict, in sentences. */
export function findFaults(project: ComposeCase, { change, expected }: Variant, played: Played): readonly string[] {
  const { main, post, outcome, remains } = played;
  const phase = PHASES[expected.phase] ?? expected.phase;
  const codes = expected.exit_code === 137 ? OF_A_DEAD_CONTAINER : [expected.exit_code];
  const text = [...main.lines, main.summary].join('\n').replaceAll('%0A', '\n');
  const checks: readonly (readonly [boolean, string])[] = [
    [main.outputs['verdict'] === expected.verdict, `verdict ${main.outputs['verdict']}, not ${expected.verdict}`],
    [
      codes.includes(Number(main.outputs['exit-code'])),
      `exit code ${main.outputs['exit-code']}, not ${codes.join('/')}`,
    ],
    [main.outputs['phase'] === phase, `phase ${main.outputs['phase']}, not ${phase}`],
    [(main.code === 0) === (expected.verdict === 'pass'), `the step ended with ${main.code}`],
    [post.code === 0, `the post step ended with ${post.code}: ${post.lines.join(' ')}`],
    [outcome?.verdict === expected.verdict, `outcome.json has the verdict ${outcome?.verdict}`],
    [
      hasStarted(sessionOf(project, change), played) === expected.session_starts,
      `the session ${expected.session_starts ? 'never ' : ''}started`,
    ],
    ...Object.entries(remains.main).map(([kind, names]: [string, readonly string[]]): [boolean, string] => [
      names.length === 0,
      `left by the main step: ${kind} ${names.join(', ')}`,
    ]),
    ...Object.entries(remains.post).map(([kind, names]: [string, readonly string[]]): [boolean, string] => [
      names.length === 0,
      `left by the post step: ${kind} ${names.join(', ')}`,
    ]),
    [!/::error[^\n]*bug/i.test(text), 'the error is called a bug'],
    ...(expected.says ?? []).map((words): [boolean, string] => [text.includes(words), `does not say “${words}”`]),
  ];
  return checks.filter(([right]) => !right).map(([, sentence]) => sentence);
}

/** Whether the session began: by Docker's own events if it is a service, otherwise by what ours wrote. */
function hasStarted(session: Session | null, { started, outcome }: Played): boolean {
  const services = typeof session === 'string' ? [session] : Array.isArray(session) ? (session as string[]) : undefined;
  // A session that fails does not keep the next one from its run.
  if (services !== undefined) return services.every((service) => started.includes(service));
  return outcome?.phases.some(({ name, outcome: ended }) => name === 'session' && ended !== 'skipped') ?? false;
}
