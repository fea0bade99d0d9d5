import { Failure } from '../core/kernel/failure.js';
import type { AppContext, AppInput } from './app-installation.js';
import type { Credentials } from './request.js';

/** The credentials of the user: a token, or a GitHub App that creates tokens. */
export type CredentialsInput = { readonly token: string } | AppInput;

/**
 * Makes the credentials usable. A token needs no request. For a GitHub App, the installation is looked up and a first
 * token is created.
 *
 * @throws Failure `bad-input` for text that cannot be a credential; `github-*` when GitHub refuses an App
 */
export async function useCredentials(input: CredentialsInput, context: AppContext): Promise<Credentials> {
  if ('token' in input) return useToken(input.token);
  // Few steps have an App, and only they load the code.
  return (await import('./app.js')).useApp(input, context);
}

function useToken(token: string): Credentials {
  const trimmed = token.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new Failure('bad-input', '`github-token` is no token: it is empty or has spaces or line breaks inside.', {
      hint: 'Set it to a secret that holds a personal access token, or use `app-id` and `app-private-key`.',
    });
  }
  return { authorize: async () => `Bearer ${trimmed}` };
}
