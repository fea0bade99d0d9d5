import { secret, text } from '../src/core/inputs/input-kinds.js';
import { textOf, type RawInputs } from '../src/core/inputs/inputs.js';

/** The GitHub credentials that several actions take: a token, or a GitHub App. */
export const credentialInputs = {
  'github-token': secret(
    'A personal access token that may register runners: fine-grained with "Administration: write" on the repository, or classic with `repo` (organization: "Self-hosted runners: write" or `admin:org`). GITHUB_TOKEN is not enough. Alternative: `app-id`.',
  ),
  'app-id': text('The id or client id of a GitHub App with the same permission, instead of `github-token`.', {
    matches: /^[A-Za-z0-9.]+$/,
    allowed: "an App's numeric id or client id",
  }),
  'app-private-key': secret("The GitHub App's private key in PEM format."),
  'app-installation-id': text(
    "The id of the GitHub App's installation. Default: the installation that covers the repository or organization.",
    {
      matches: /^\d+$/,
      allowed: 'a number',
    },
  ),
};

/** @returns problems, if the credentials are missing, incomplete, or both of them are set */
export function checkCredentials(raw: RawInputs): string[] {
  const isGiven = (name: keyof typeof credentialInputs): boolean => textOf(raw, name) !== '';
  const [token, appId, key] = [isGiven('github-token'), isGiven('app-id'), isGiven('app-private-key')];
  if (token && (appId || key)) return ['Both `github-token` and a GitHub App are set; allowed: one of them.'];
  if (token || (appId && key)) return [];
  if (appId) return ['`app-id` is set without `app-private-key`.'];
  if (key) return ['`app-private-key` is set without `app-id`.'];
  return [
    '`github-token` is empty; allowed: a personal access token, or `app-id` with `app-private-key`. (A secret that does not exist arrives as an empty text.)',
  ];
}
