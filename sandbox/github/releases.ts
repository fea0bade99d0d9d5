import { fileName, packRunner } from './downloads.js';
import { EPOCH, nodeId, renderAccount } from './repository-shapes.js';

/** A release of the runner, its packages with GitHub's digests. */
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
  return {
    url: `${url}/1`,
    html_url: `${baseUrl}/actions/runner/releases/tag/v${version}`,
    assets_url: `${url}/1/assets`,
    upload_url: `${url}/1/assets{?name,label}`,
    tarball_url: `${baseUrl}/repos/actions/runner/tarball/v${version}`,
    zipball_url: `${baseUrl}/repos/actions/runner/zipball/v${version}`,
    id: 1,
    node_id: nodeId('Release', version),
    tag_name: `v${version}`,
    target_commitish: 'main',
    name: `v${version}`,
    body: null,
    draft: false,
    prerelease: false,
    immutable: false,
    created_at: EPOCH,
    published_at: EPOCH,
    author,
    assets,
  };
}
