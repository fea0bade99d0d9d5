import { randomUUID } from 'node:crypto';
import type { Handler, SandboxRequest, SandboxResponse, StatusFault } from '../../http.js';
import { Params } from '../query/params.js';
import { renderError, renderResponse } from '../query/xml.js';
import { Ec2Error } from '../world/errors.js';
import { Ec2World } from '../world/world.js';
import { readLaunchRequest } from './launch/launch-request.js';
import { ENABLED_REGIONS } from './network.js';
import { OPERATIONS } from './operations.js';
import {
  admit,
  checkCopyPermissions,
  checkLaunchPermissions,
  checkTagPermission,
  readSignedRegion,
} from './permissions.js';

/** EC2's Query API (2016-11-15): form in, XML out. A request goes to the region that it was signed for. */
export function createEc2Endpoint(home: Ec2World, elsewhere: ReadonlyMap<string, Ec2World> = new Map()): Handler {
  // An enabled region without any resource answers, too.
  const empty = new Map<string, Ec2World>();
  const worldOf = (region: string): Ec2World => {
    const known = elsewhere.get(region) ?? empty.get(region);
    if (known || region === home.region || !ENABLED_REGIONS.includes(region)) return known ?? home;
    const { timeline, denied } = home;
    empty.set(region, new Ec2World({ region, timeline, denied }));
    return empty.get(region)!;
  };
  return {
    name: (request) => readParams(request).text('Action') ?? 'no action',
    async handle(request) {
      const requestId = randomUUID();
      const world = worldOf(readSignedRegion(request) ?? '');
      try {
        const params = readParams(request);
        const action = params.text('Action') ?? '';
        admit(world, request, `ec2:${action}`);
        return respond(200, requestId, renderResponse(action, requestId, perform(world, action, params)));
      } catch (error) {
        if (!(error instanceof Ec2Error)) throw error;
        return respond(error.status, requestId, renderError(requestId, error.code, error.message));
      }
    },
    refuse: (fault) => refuse(fault),
  };
}

const COMMON_PARAMETERS = ['Action', 'Version', 'DryRun'];

function perform(world: Ec2World, action: string, params: Params): ReturnType<(typeof OPERATIONS)[string]['run']> {
  const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  if (!operation) throw refuseAction(action);
  params.allowOnly([...operation.parameters, ...COMMON_PARAMETERS]);
  if (action === 'RunInstances') checkLaunchPermissions(world, params);
  if (action === 'CopyImage') checkCopyPermissions(world, params);
  if (action === 'CreateVolume' || action === 'CreateSnapshot') checkTagPermission(world, params);
  if (params.flag('DryRun')) {
    if (action === 'RunInstances') readLaunchRequest(world, params);
    throw new Ec2Error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
  }
  return operation.run(world, params);
}

function refuseAction(action: string): Ec2Error {
  if (action === '') return new Ec2Error('MissingAction', 'The request must contain the parameter Action');
  const known = Object.keys(OPERATIONS).join(', ');
  const why = `The action ${action} is not valid for this web service. The sandbox has: ${known}.`;
  return new Ec2Error('InvalidAction', why);
}

/** The CLI and the SDKs post a form. A GET with a query works as well, signed in its header or its query. */
function readParams(request: SandboxRequest): Params {
  if (request.method !== 'GET') return Params.parse(request.body);
  const fields = [...request.query].filter(([name]) => !name.startsWith('X-Amz-'));
  return Params.parse(new URLSearchParams(fields).toString());
}

function refuse(fault: StatusFault): SandboxResponse {
  const requestId = randomUUID();
  const error = new Ec2Error(
    fault.code ?? 'InternalError',
    fault.message ?? 'A fault of the sandbox.',
    ...(fault.status === undefined ? [] : [fault.status]),
  );
  const body = fault.body ?? renderError(requestId, error.code, error.message);
  const response = respond(error.status, requestId, body);
  return { ...response, headers: { ...response.headers, ...fault.headers } };
}

function respond(status: number, requestId: string, body: string): SandboxResponse {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId }, body };
}
