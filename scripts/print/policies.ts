import { amiBuild } from '../../iam/ami-build.js';
import { exportArtifacts } from '../../iam/export.js';
import { history } from '../../iam/history.js';
import { composeDocument, type Policy } from '../../iam/policy.js';
import { poolClaim, poolFill } from '../../iam/pool.js';
import { reap } from '../../iam/reap.js';
import { keepFailed, sessionHost, sessionUser } from '../../iam/sessions.js';
import { passRole, startStop } from '../../iam/start-stop.js';
import { trust } from '../../iam/trust.js';
import { volumes } from '../../iam/volumes.js';
import { fillTemplate } from './cloudformation.js';
import { fill } from './fill.js';
import { renderTable } from './tables.js';
import { renderLocals } from './terraform.js';

const POLICIES = {
  'start-stop': startStop,
  'pass-role': passRole,
  'pool-claim': poolClaim,
  'pool-fill': poolFill,
  volumes,
  reap,
  'keep-failed': keepFailed,
  'session-host': sessionHost,
  'session-user': sessionUser,
  'ami-build': amiBuild,
  export: exportArtifacts,
  history,
} as const;
const TEMPLATE = 'iam/ci-actions.yml';
export const MODULE = 'iam/terraform/locals.tf';
const PAGE = 'docs/security.md';

/** The files that {@link composePolicyFiles} writes or fills, as git's pathspecs. */
export const POLICY_FILES: readonly string[] = ['iam/*.json', TEMPLATE, MODULE, PAGE];

/** The texts that are printed from `iam/*.ts`, by path. @param read gives the text of a file with markers */
export function composePolicyFiles(read: (path: string) => string): Record<string, string> {
  const documents = {
    'start-stop': composeDocument(startStop),
    'pass-role': composeDocument(passRole),
    'pool-claim': composeDocument(poolClaim),
    'pool-fill': composeDocument(poolFill),
    volumes: composeDocument(volumes),
    reap: composeDocument(reap),
    'keep-failed': composeDocument(keepFailed),
    'session-host': composeDocument(sessionHost),
    'session-user': composeDocument(sessionUser),
    export: composeDocument(exportArtifacts),
    history: composeDocument(history),
    trust,
  };
  // The template creates no role for building images, which only their maintainers need.
  const all = { ...documents, 'ami-build': composeDocument(amiBuild) };
  return {
    ...Object.fromEntries(Object.entries(all).map(([name, one]) => [`iam/${name}.json`, JSON.stringify(one)])),
    [TEMPLATE]: fillTemplate(read(TEMPLATE), documents),
    [MODULE]: renderLocals(documents),
    [PAGE]: Object.entries(POLICIES).reduce((text, [name, one]) => fill(text, name, tabulate(one)), read(PAGE)),
  };
}

/** The table of a policy, with a row per IAM action of each grant. */
function tabulate({ grants }: Policy): string {
  const rows = grants.flatMap(({ actions, on }) =>
    Object.entries(actions).map(([action, purpose]) => [`\`${action}\``, purpose, on]),
  );
  return renderTable(['Action', 'Purpose', 'Allowed on'], rows);
}
