import type { SandboxRequest } from '../../http.js';
import type { Params } from '../query/params.js';
import { Ec2Error } from '../world/errors.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';

/**
 * Checks that a request is signed for this region, permitted and not throttled. The signature itself is not verified.
 *
 * @param permission such as `ec2:RunInstances`; refused if `denied` names it, with or without its service
 * @throws Ec2Error `MissingParameter` for an unsigned request, `AuthFailure`, `UnauthorizedOperation` or
 * `RequestLimitExceeded`
 */
export function admit(world: Ec2World, request: SandboxRequest, permission: string): void {
  const scope = readSignedRegion(request);
  if (scope === undefined) {
    // As EC2 answers: it looks for the parameters of the old way to sign.
    throw new Ec2Error('MissingParameter', 'The request must contain the parameter AWSAccessKeyId');
  }
  if (scope !== world.region) {
    throw new Ec2Error('AuthFailure', `Credential should be scoped to a valid region, not '${scope}'.`);
  }
  requirePermission(world, permission);
  world.throttle?.admit(permission.replace('ec2:', ''));
}

/** The region that a request was signed for. `undefined` if it is not signed. */
export function readSignedRegion(request: SandboxRequest): string | undefined {
  return readScope(request)?.[1];
}

/** The service that a request was signed for, such as `ec2`. `undefined` if it is not signed. */
export function readSignedService(request: SandboxRequest): string | undefined {
  return readScope(request)?.[2];
}

/** In the header, or in the query of a presigned URL. */
function readScope({ headers, query }: SandboxRequest): RegExpExecArray | null {
  const credential = query.get('X-Amz-Credential');
  const signed = credential === null ? (headers['authorization'] ?? '') : `Credential=${credential}`;
  return /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(signed);
}

/** Checks the permissions that RunInstances needs besides its own. */
export function checkLaunchPermissions(world: Ec2World, params: Params): void {
  checkTagPermission(world, params);
  if (params.has('IamInstanceProfile')) requirePermission(world, 'iam:PassRole');
}

/** Checks the permission that CreateVolume and CreateSnapshot need besides their own. */
export function checkTagPermission(world: Ec2World, params: Params): void {
  if (params.has('TagSpecification')) requirePermission(world, 'ec2:CreateTags');
}

/** Checks the permissions that CopyImage needs besides its own. */
export function checkCopyPermissions(world: Ec2World, params: Params): void {
  if (params.has('TagSpecification') || params.flag('CopyImageTags')) requirePermission(world, 'ec2:CreateTags');
}

export function isDenied(world: Ec2World, permission: string): boolean {
  return world.denied.has(permission) || world.denied.has(permission.replace(/^\w+:/, ''));
}

function requirePermission(world: Ec2World, permission: string): void {
  if (!isDenied(world, permission)) return;
  const resource = permission.startsWith('ec2:') ? '' : ' on resource: *';
  const who = `User: arn:aws:iam::${ACCOUNT}:user/octo is not authorized to perform: ${permission}${resource}`;
  const why = `because no identity-based policy allows the ${permission} action`;
  throw new Ec2Error('UnauthorizedOperation', `You are not authorized to perform this operation. ${who} ${why}`);
}
