import type { Ec2Region } from './ec2/region.js';
import { createEc2Endpoint } from './ec2/routes/endpoint.js';
import { readSignedService } from './ec2/routes/permissions.js';
import type { Handler, SandboxRequest, SandboxResponse, ServiceName } from './http.js';
import { createS3Endpoint } from './s3/endpoint.js';
import { createS3World } from './s3/world.js';
import { createSsmEndpoint, isSsmRequest } from './ssm.js';
import { createStsEndpoint } from './sts.js';

/** The services of AWS on one port. A request names its service where it is signed. */
export function createAws(
  ec2: Ec2Region,
  elsewhere: ReadonlyMap<string, Ec2Region>,
): { readonly service: (request: SandboxRequest) => ServiceName; readonly handler: Handler } {
  const handlers: Readonly<Record<string, Handler>> = {
    ec2: createEc2Endpoint(ec2, elsewhere),
    ssm: createSsmEndpoint(ec2, elsewhere),
    sts: createStsEndpoint(),
    s3: createS3Endpoint(createS3World(), ec2),
    aws: NO_SERVICE,
  };
  const of = (request: SandboxRequest): Handler => handlers[serviceOf(request)] ?? NO_SERVICE;
  return {
    service: serviceOf,
    handler: {
      name: (request) => of(request).name(request),
      handle: (request) => of(request).handle(request),
      refuse: (fault, request) => of(request).refuse(fault, request),
    },
  };
}

/** An unsigned request is one to EC2, unless it names the version of STS's API. */
function serviceOf(request: SandboxRequest): ServiceName {
  if (isSsmRequest(request)) return 'ssm';
  const signed = readSignedService(request);
  const form = signed === undefined ? `${request.query.toString()}&${request.body}` : '';
  if (signed === 'sts' || /(^|&)Version=2011-06-15(&|$)/.test(form)) return 'sts';
  if (signed === 's3') return 's3';
  return signed === undefined || signed === 'ec2' ? 'ec2' : 'aws';
}

/** A service that the sandbox does not have. Answers in a form that most clients show. */
const NO_SERVICE: Handler = {
  name: ({ method, path }) => `${method} ${path}`,
  handle: async (request) => {
    const service = readSignedService(request) ?? 'such service';
    const message = `The sandbox has no ${service}. It has ec2, ssm (parameters) and sts (GetCallerIdentity), and of s3 what an export needs.`;
    return NO_SERVICE.refuse({ kind: 'status', status: 501, code: 'UnsupportedBySandbox', message }, request);
  },
  refuse: ({ status = 500, code = 'InternalFailure', message = '', body, headers }, request) => {
    const response = render(request, status, { code, message });
    return { ...response, headers: { ...response.headers, ...headers }, body: body ?? response.body };
  },
};

/** JSON for the JSON protocols, XML for the Query protocol. The message has no character to escape. */
function render(
  request: SandboxRequest,
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
): SandboxResponse {
  const target = request.headers['x-amz-target'];
  if (target !== undefined || /json/.test(request.headers['content-type'] ?? '')) {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code };
    return { status, headers, body: JSON.stringify({ __type: code, message }) };
  }
  const error = `<Code>${code}</Code><Message>${message}</Message>`;
  const body = `<ErrorResponse><Error>${error}</Error></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-errortype': code }, body };
}
