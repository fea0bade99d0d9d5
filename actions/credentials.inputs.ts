import { secret, text } from '../src/core/inputs/input-kinds.js';
import type { RawInputs } from '../src/core/inputs/inputs.js';

/** How every action of the suite is let in to GitHub: a token, or an App whose token is minted here. */
export const credentialInputs = {
  'github-token': secret(
    'A personal access token that may register runners: fine-grained with "Administration: write" on the repository, or classic with `repo` (organisation: "Self-hosted runners: write" or `admin:org`). GITHUB_TOKEN cannot. Or use `app-id`.',
  ),
  'app-id': text('Id (or client id) of a GitHub App with the same permission, instead of `github-token`.', {
    matches: /^[A-Za-z0-9.]+$/,
    allowed: "an App's numeric id or client id",
  }),
  'app-private-key': secret("The App's private key in PEM format."),
  'app-installation-id': text("The App's installation. Looked up when empty.", {
    matches: /^\d+$/,
    allowed: 'a number',
  }),
};

/** @returns problems with what is there and what is not, in the words of bad input */
export function checkCredentials(raw: RawInputs): string[] {
  const isGiven = (name: keyof typeof credentialInputs): boolean => (raw[name]?.text.trim() ?? '') !== '';
  const [token, appId, key] = [isGiven('github-token'), isGiven('app-id'), isGiven('app-private-key')];
  if (token && (appId || key)) return ['Both `github-token` and an App are given; allowed: one of them.'];
  if (token || (appId && key)) return [];
  if (appId) return ['`app-id` is given without `app-private-key`.'];
  if (key) return ['`app-private-key` is given without `app-id`.'];
  return [
    '`github-token` is empty; allowed: a personal access token, or `app-id` with `app-private-key`. (A secret that does not exist is an empty text.)',
  ];
}
