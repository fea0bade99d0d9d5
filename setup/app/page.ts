const STYLE = `:root{color-scheme:light dark}
body{font:1.05rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:38rem;padding:1.5rem 1rem}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.2rem;line-height:1.25}
.steps{color:GrayText;margin:0}dt{font-weight:600;margin-top:.75rem}dd{margin:0}
a.button,button{background:#1a7f37;border:2px solid #1a7f37;border-radius:.4rem;color:#fff;box-sizing:border-box;cursor:pointer;
display:inline-block;font:inherit;font-weight:600;margin:1rem 0;min-height:2.75rem;padding:.6rem 1.1rem;text-decoration:none}
a.button:focus-visible,button:focus-visible{outline:3px solid Highlight;outline-offset:2px}
code{overflow-wrap:anywhere}`;

export interface CreationPage {
  readonly repository: string;
  readonly owner: string;
  /** GitHub's page that takes the manifest. */
  readonly action: string;
  /** JSON. */
  readonly manifest: string;
}

/** The page before the first click. */
export function renderCreation({ repository, owner, action, manifest }: CreationPage): string {
  return renderPage({
    title: 'Create the GitHub App',
    step: 'Step 1 of 2',
    body: `<p>Jobs of <code>${escape(repository)}</code> run on machines that register themselves as runners. For this,
<code>${escape(owner)}</code> gets a GitHub App of its own. Nobody else can use it.</p>
<h2>What it may do, and why</h2>
<dl>
<dt>Administration: read and write</dt><dd>Registers and removes runners. GitHub has no narrower permission for the runners of a
repository. Each job uses a token for one repository that ends after an hour.</dd>
<dt>Actions: read</dt><dd>Sees which jobs are still running, before a machine is ended.</dd>
<dt>Contents: read</dt><dd>Reads <code>.github/ec2-runners.yml</code>, if you have one.</dd>
</dl>
<p>It has no webhook. Its key goes from GitHub to this computer, and from here into the secret
<code>RUNNER_APP_PRIVATE_KEY</code> of the repository.</p>
<form method="post" action="${escape(action)}"><input type="hidden" name="manifest" value="${escape(manifest)}">
<button>Go on to GitHub</button></form>
<p>GitHub shows the name, which you may change, and a button that creates the App.</p>`,
  });
}

/** The page between the clicks. It looks again by itself until the App is installed. */
export function renderInstallation(about: {
  readonly name: string;
  readonly repository: string;
  readonly url: string;
}): string {
  const { name, repository, url } = about;
  return renderPage({
    title: 'Install the GitHub App',
    step: 'Step 2 of 2',
    refresh: true,
    body: `<p>The App <strong>${escape(name)}</strong> exists. It can do nothing yet: install it for
<code>${escape(repository)}</code>. On GitHub's page choose "Only select repositories" and this repository.</p>
<p><a class="button" href="${escape(url)}" target="_blank" rel="noopener">Install on GitHub</a></p>
<p role="status">Waiting for the installation. This page and the terminal go on by themselves.</p>`,
  });
}

export function renderDone(name: string): string {
  return renderPage({
    title: 'The GitHub App is ready',
    step: 'Done',
    body: `<p role="status"><strong>${escape(name)}</strong> is installed. You can close this page: the set-up goes on in the
terminal.</p>`,
  });
}

export function renderError(title: string, sentence: string): string {
  return renderPage({ title, step: 'Error', body: `<p role="alert">${escape(sentence)}</p>` });
}

function renderPage(page: { title: string; step: string; body: string; refresh?: boolean }): string {
  const { title, step, body, refresh = false } = page;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refresh ? '<meta http-equiv="refresh" content="3">\n' : ''}<title>${escape(title)} – ci-actions</title><style>${STYLE}</style></head>
<body><main><p class="steps">ci-actions set-up · ${escape(step)}</p><h1>${escape(title)}</h1>
${body}
</main></body></html>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
