import { Failure } from '../core/kernel/failure.js';
import { useApp, type AppContext, type GivenApp } from './app.js';
import type { Credentials } from './request.js';

/** What the user gives: a token, or a GitHub App whose token is minted here. */
export type GivenCredentials = { readonly token: string } | GivenApp;

/**
 * Makes the credentials usable: nothing is asked for a token, a GitHub App's installation is looked up and a first
 * token minted.
 *
 * @throws Failure `bad-input` for what cannot be a credential; `github-*` when GitHub refuses an App.
 */
export async function useCredentials(given: GivenCredentials, context: AppContext): Promise<Credentials> {
  return 'token' in given ? useToken(given.token) : useApp(given, context);
}

function useToken(token: string): Credentials {
  const trimmed = token.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new Failure('bad-input', '`github-token` is no token: it is empty or has spaces or line breaks inside.', {
      hint: 'Give a personal access token through a secret, or `app-id` and `app-private-key`.',
    });
  }
  return { authorize: async () => `Bearer ${trimmed}` };
}
