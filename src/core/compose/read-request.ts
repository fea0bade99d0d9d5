import { BadValue } from '../inputs/inputs.js';
import { splitWords } from '../inputs/split-words.js';
import type { ComposeRequest, Readiness, ResultSource, SessionChoice } from './request.js';

/** The fields of a request that are the value of one input. */
export type PlainFields = Omit<ComposeRequest, 'session' | 'ready' | 'resultFrom' | 'requireFiles'>;

/** The values of the inputs that are read together. Each is absent when it is empty. */
export interface JointInputs {
  readonly session: readonly string[] | undefined;
  readonly exec: string | undefined;
  readonly run: string | undefined;
  readonly image: string | undefined;
  readonly command: string | undefined;
  readonly ready: Readonly<Record<string, Readiness>>;
  readonly resultFrom: string;
  readonly requireFiles: readonly string[];
}

/** Completes a request, and lists everything in which its inputs do not fit together. */
export function readComposeRequest(
  plain: PlainFields,
  joint: JointInputs,
): { readonly request: ComposeRequest; readonly problems: readonly string[] } {
  const command = readWords(joint);
  const request: ComposeRequest = {
    ...plain,
    session: readSession(joint, command.words),
    ready: joint.ready,
    resultFrom: readResultSource(joint.resultFrom),
    requireFiles: joint.requireFiles,
  };
  return { request, problems: [...judgeSession(joint), ...command.problems] };
}

function readSession({ session, exec, run, image, command }: JointInputs, words: readonly string[]): SessionChoice {
  if (session) return { kind: 'services', services: session };
  if (exec !== undefined) return { kind: 'exec', service: exec, command: command ?? '' };
  if (run !== undefined) return { kind: 'host', command: run };
  if (image !== undefined) return { kind: 'image', image, command: words };
  return { kind: 'default' };
}

/** The words of `command` for `session-image`, as `docker run IMAGE WORDS` takes them. An image may have no shell. */
function readWords({ image, command }: JointInputs): {
  readonly words: readonly string[];
  readonly problems: readonly string[];
} {
  if (image === undefined || command === undefined) return { words: [], problems: [] };
  try {
    return { words: splitWords(command), problems: [] };
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    return { words: [], problems: [`\`command\` is "${command}"; allowed with \`session-image\`: ${error.allowed}.`] };
  }
}

function judgeSession(joint: JointInputs): string[] {
  const { session, exec, run, image, command } = joint;
  const given = Object.entries({ session, exec, run, 'session-image': image }).flatMap(([name, value]) =>
    value === undefined ? [] : [`\`${name}\``],
  );
  if (given.length > 1)
    return [
      `${given.join(' and ')} each say what the session is; allowed: one of \`session\`, \`exec\`, \`run\`, \`session-image\`.`,
    ];
  if (exec !== undefined && command === undefined)
    return [
      `\`exec\` is "${exec}", and \`command\` is empty; allowed: the command that is the session, in \`command\`.`,
    ];
  if (command !== undefined && exec === undefined && image === undefined)
    return [
      '`command` is given without `exec` or `session-image`; allowed: `exec: SERVICE` to run it in a service. On the host, `run` itself is the command.',
    ];
  return [];
}

/** @param text as the pattern of the input `result-from` allows it */
function readResultSource(text: string): ResultSource {
  if (text === 'exit-code' || text === 'stdout' || text === 'webhook') return { kind: text };
  return { kind: 'file', path: text };
}
