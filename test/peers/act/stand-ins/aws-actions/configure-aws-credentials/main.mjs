/** Exports the keys to later steps. Rejects a role without keys, because act has no OpenID Connect. */
import { exportVariable, fail, input } from '../../action.mjs';

const region = input('aws-region');
const [id, secret] = [input('aws-access-key-id'), input('aws-secret-access-key')];
if (!region) fail('Input required and not supplied: aws-region');
if (!id && input('role-to-assume')) fail('act has no OpenID Connect: pass AWS keys.');
if (!id || !secret) fail('Could not load credentials from any providers');
for (const value of [id, secret]) console.log(`::add-mask::${value}`);
exportVariable('AWS_REGION', region);
exportVariable('AWS_DEFAULT_REGION', region);
exportVariable('AWS_ACCESS_KEY_ID', id);
exportVariable('AWS_SECRET_ACCESS_KEY', secret);
