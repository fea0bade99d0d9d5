import { randomUUID } from 'node:crypto';
import { Params } from './ec2/query/params.js';
import { renderXml, type XmlValue } from './ec2/query/xml.js';
import { readSignedRegion } from './ec2/routes/permissions.js';
import { ACCOUNT } from './ec2/world/seed.js';
import type { Handler, SandboxRequest, SandboxResponse, StatusFault } from './http.js';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** STS's operations that the sandbox has. */
export const STS_OPERATIONS = ['GetCallerIdentity'];

/** STS's Query API (2011-06-15): who the caller is. Needs a signature and no permission. */
export function createStsEndpoint(): Handler {
  return {
    name: nameOperation,
    handle: async (request) => answer(request),
    refuse,
  };
}

function nameOperation(request: SandboxRequest): string {
  const form = request.method === 'GET' ? request.query.toString() : request.body;
  return Params.parse(form).text('Action') ?? 'no action';
}

function answer(request: SandboxRequest): SandboxResponse {
  if (readSignedRegion(request) === undefined) {
    const message = 'Request is missing Authentication Token';
    return refuse({ kind: 'status', status: 403, code: 'MissingAuthenticationToken', message });
  }
  const operation = nameOperation(request);
  if (!STS_OPERATIONS.includes(operation)) {
    const known = `The sandbox has of STS: ${STS_OPERATIONS.join(', ')}.`;
    const message = `Could not find operation ${operation} for version 2011-06-15. ${known}`;
    return refuse({ kind: 'status', status: 400, code: 'InvalidAction', message });
  }
  const who = { Arn: `arn:aws:iam::${ACCOUNT}:user/octo`, UserId: 'AIDASANDBOX0000000000', Account: ACCOUNT };
  const requestId = randomUUID();
  const body = { [`${operation}Result`]: who, ResponseMetadata: { RequestId: requestId } };
  return respond(200, requestId, { name: `${operation}Response`, body });
}

function refuse(fault: StatusFault): SandboxResponse {
  const requestId = randomUUID();
  const { status = 500, code: Code = 'InternalFailure', message: Message = 'A fault of the sandbox.' } = fault;
  const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code, Message };
  const response = respond(status, requestId, { name: 'ErrorResponse', body: { Error: error, RequestId: requestId } });
  return { ...response, headers: { ...response.headers, ...fault.headers }, body: fault.body ?? response.body };
}

function respond(
  status: number,
  requestId: string,
  root: { readonly name: string; readonly body: { readonly [element: string]: XmlValue } },
): SandboxResponse {
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
  return { status, headers, body: renderXml(root.name, NAMESPACE, root.body) };
}
