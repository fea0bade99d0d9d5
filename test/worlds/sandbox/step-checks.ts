/** Checks that hold for every step: its requests fit GitHub's API description, and it prints no secret. */
import type { RecordedRequest } from '../../../sandbox/sandbox.js';
import type { StepResult } from '../../../sandbox/step.js';
import { createReferee } from '../../contract/github-openapi.js';

export interface Performance {
  readonly inputs: Readonly<Record<string, string>>;
  readonly result: StepResult;
}

let referee: ReturnType<typeof createReferee> | undefined;

/** Lists what GitHub's API description does not allow, in the requests and in the sandbox's answers. */
export function findObjections(requests: readonly RecordedRequest[]): string[] {
  referee ??= createReferee();
  const { checkExchange } = referee;
  return requests.flatMap(({ service, operation, method, path, body, status, response, fault }) => {
    if (service !== 'github' || status === undefined || fault !== undefined) return [];
    // GitHub Enterprise Server serves the same API below /api/v3/.
    const exchange = { method, path: path.replace('/api/v3/', '/'), status };
    const objections = checkExchange({ ...exchange, requestBody: body, responseBody: response ?? '' });
    return objections.map((objection) => `${operation}: ${objection}`);
  });
}

/** Lists secrets in a log, an output, the state or the summary, and secrets that no step has masked. */
export function findLeaks(performances: readonly Performance[], requests: readonly RecordedRequest[]): string[] {
  const secrets = [...listIssuedSecrets(requests), ...performances.flatMap(({ inputs }) => listPassed(inputs))];
  const pieces = secrets.flatMap((secret) => [secret, ...longLinesOf(secret)]);
  // GitHub masks a secret in all steps after the one that registered it.
  const masked = new Set(performances.flatMap(({ result }) => result.masked));
  return [
    ...performances
      .flatMap(({ result }) => listShown(result))
      .filter(({ text }) => pieces.some((piece) => text.includes(piece)))
      .map(({ where, text }) => `${where} shows a secret: ${text.slice(0, 80)}`),
    ...secrets.filter((secret) => !masked.has(secret)).map((secret) => `never masked: ${secret.slice(0, 20)}…`),
  ];
}

/** Secrets that GitHub has issued: JIT configs and installation tokens. */
export function listIssuedSecrets(requests: readonly RecordedRequest[]): string[] {
  return requests.flatMap(({ operation, response, status, fault }) => {
    if (status !== 201 || fault !== undefined || !/generate-jitconfig|access_tokens/.test(operation)) return [];
    const { encoded_jit_config, token } = JSON.parse(response ?? '{}') as Record<string, string | undefined>;
    return [encoded_jit_config ?? token ?? []].flat();
  });
}

function listPassed(inputs: Readonly<Record<string, string>>): string[] {
  return [inputs['github-token'], inputs['app-private-key']].flatMap((secret) => (secret ? [secret.trim()] : []));
}

/** The long lines of a PEM key. Each of them counts as a secret. */
function longLinesOf(secret: string): string[] {
  return secret.split('\n').filter((line) => line.length >= 40 && !line.startsWith('-----'));
}

function listShown({ lines, outputs, state, summary }: StepResult): { where: string; text: string }[] {
  return [
    ...lines.filter((line) => !line.startsWith('::add-mask::')).map((text) => ({ where: 'the log', text })),
    ...Object.values(outputs).map((text) => ({ where: 'an output', text })),
    ...Object.values(state).map((text) => ({ where: 'the state', text })),
    { where: 'the summary', text: summary },
  ];
}
