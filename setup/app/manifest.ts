import { randomBytes } from 'node:crypto';
import type { Facts } from '../facts/facts.js';
import { appNameOf } from '../names.js';
import { APP_PERMISSIONS } from '../steps/credentials.js';

/** What GitHub is asked to create. */
export interface Manifest {
  readonly name: string;
  readonly url: string;
  readonly redirect_url: string;
  readonly public: boolean;
  readonly hook_attributes: { readonly url: string; readonly active: boolean };
  readonly default_permissions: Readonly<Record<string, string>>;
}

/** @param redirectUrl where GitHub sends the person after the click */
export function makeManifest({ github, copy }: Facts, redirectUrl: string): Manifest {
  const url = `${github.webUrl}/${copy.name}`;
  return {
    name: appNameOf(github.repository.name, randomBytes(2).toString('hex')),
    url,
    redirect_url: redirectUrl,
    public: false,
    // GitHub demands an address even if there is no webhook.
    hook_attributes: { url, active: false },
    default_permissions: APP_PERMISSIONS,
  };
}

/** GitHub's page that takes a manifest. */
export function creationUrl({ github }: Facts, state: string): string {
  const { repository, webUrl } = github;
  const place = repository.isOrganization ? `/organizations/${repository.owner}` : '';
  return `${webUrl}${place}/settings/apps/new?state=${state}`;
}

/** GitHub's page that installs the App, with owner and repository chosen. @param page the App's own page */
export function installationUrl({ github }: Facts, page: string): string {
  const { id, ownerId } = github.repository;
  return `${page}/installations/new/permissions?suggested_target_id=${ownerId}&repository_ids[]=${id}`;
}
