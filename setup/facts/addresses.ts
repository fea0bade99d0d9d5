export interface Addresses {
  /** Where people see GitHub, without a trailing slash. */
  readonly webUrl: string;
  readonly apiUrl: string;
}

/** The GitHub that gh talks to: github.com, or GH_HOST. GITHUB_SERVER_URL and GITHUB_API_URL overrule it. */
export function addressesOf(env: Readonly<Record<string, string | undefined>>): Addresses {
  const host = env['GH_HOST'] || 'github.com';
  const isCloud = host === 'github.com' || host.endsWith('.ghe.com');
  return {
    webUrl: (env['GITHUB_SERVER_URL'] || `https://${host}`).replace(/\/+$/, ''),
    apiUrl: (env['GITHUB_API_URL'] || (isCloud ? `https://api.${host}` : `https://${host}/api/v3`)).replace(/\/+$/, ''),
  };
}
