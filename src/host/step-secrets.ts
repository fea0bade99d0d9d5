/**
 * The credentials that GitHub, and actions such as configure-aws-credentials, give to a step by its environment. GitHub
 * masks all of them.
 */
const NAMES = [
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'GH_TOKEN',
  'GITHUB_TOKEN',
] as const;

/** The secrets in the environment of this step, by the names of their variables. */
export function readStepSecrets(
  env: NodeJS.ProcessEnv = process.env,
): readonly { readonly name: string; readonly text: string }[] {
  return NAMES.flatMap((name) => (env[name]?.trim() ? [{ name, text: env[name] }] : []));
}
