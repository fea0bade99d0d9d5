import { fileName, packRunner } from './downloads.js';
import { EPOCH, nodeId, renderAccount } from './repository-shapes.js';

/** A release of the runner. Its packages have digests as on GitHub. */
export async function renderRunnerRelease(version: string, baseUrl: string) {
  const url = `${baseUrl}/repos/actions/runner/releases`;
  const { bytes, sha256 } = await packRunner(version);
  const author = renderAccount('github-actions', baseUrl);
  const assets = ['x64', 'arm64'].map((architecture, index) => ({
    url: `${url}/assets/${index + 1}`,
    browser_download_url: `${baseUrl}/_download/${fileName(architecture, version)}`,
    id: index + 1,
    node_id: nodeId('Asset', index + 1),
    name: fileName(architecture, version),
    label: '',
    state: 'uploaded',
    content_type: 'application/octet-stream',
    size: bytes.length,
    digest: `sha256:${sha256}`,
    download_count: 1,
    created_at: EPOCH,
    updated_at: EPOCH,
    uploader: author,
  }));
  return renderRelease('actions/runner', { tag: `v${version}`, assets }, baseUrl);
}

/** A release as GitHub describes it. */
export function renderRelease(
  repository: string,
  { tag, assets }: { readonly tag: string; readonly assets: readonly object[] },
  baseUrl: string,
) {
  const url = `${baseUrl}/repos/${repository}/releases`;
  return {
    url: `${url}/1`,
    html_url: `${baseUrl}/${repository}/releases/tag/${tag}`,
    assets_url: `${url}/1/assets`,
    upload_url: `${url}/1/assets{?name,label}`,
    tarball_url: `${baseUrl}/repos/${repository}/tarball/${tag}`,
    zipball_url: `${baseUrl}/repos/${repository}/zipball/${tag}`,
    id: 1,
    node_id: nodeId('Release', tag),
    tag_name: tag,
    target_commitish: 'main',
    name: tag,
    body: null,
    draft: false,
    prerelease: false,
    immutable: false,
    created_at: EPOCH,
    published_at: EPOCH,
    author: renderAccount('github-actions', baseUrl),
    assets,
  };
}
