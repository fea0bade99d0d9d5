import { admit, readSignedRegion } from './ec2/routes/permissions.js';
import { findParameter, IMAGE_TYPE, versionsOf, type ParameterVersion } from './ec2/rules/parameters.js';
import { Ec2Error } from './ec2/world/errors.js';
import { ACCOUNT } from './ec2/world/seed.js';
import type { Ec2World } from './ec2/world/world.js';
import type { Handler, SandboxRequest, SandboxResponse } from './http.js';
import { readSsmInput, type SsmInput } from './ssm-input.js';

const TARGET = 'AmazonSSM.';

export function isSsmRequest(request: SandboxRequest): boolean {
  return request.headers['x-amz-target']?.startsWith(TARGET) ?? false;
}

/** SSM's parameter store (JSON 1.1), in the region that the request was signed for. */
export function createSsmEndpoint(home: Ec2World, elsewhere: ReadonlyMap<string, Ec2World> = new Map()): Handler {
  return {
    name: nameOperation,
    async handle(request) {
      const operation = nameOperation(request);
      const region = readSignedRegion(request);
      if (region === undefined) return fail('MissingAuthenticationToken', 'Request is missing Authentication Token');
      const world = elsewhere.get(region) ?? home;
      try {
        admit(world, request, `ssm:${operation}`);
        return respond(200, perform(world, operation, readSsmInput(request.body)));
      } catch (error) {
        if (!(error instanceof Ec2Error)) throw error;
        return fail(SSM_CODES[error.code] ?? error.code, error.message.replace(/^You are not authorized.*?\. /, ''));
      }
    },
    refuse: (fault) => ({
      status: fault.status ?? 400,
      headers: { 'content-type': 'application/x-amz-json-1.1', ...fault.headers },
      body: fault.body ?? JSON.stringify({ __type: fault.code ?? 'InternalServerError', message: fault.message ?? '' }),
    }),
  };
}

/** SSM's codes for errors that EC2 names differently. */
const SSM_CODES: Readonly<Record<string, string>> = {
  AuthFailure: 'UnrecognizedClientException',
  RequestLimitExceeded: 'ThrottlingException',
  UnauthorizedOperation: 'AccessDeniedException',
};

function nameOperation(request: SandboxRequest): string {
  return request.headers['x-amz-target']?.slice(TARGET.length) ?? 'no target';
}

/** SSM's operations that the sandbox has. */
export const SSM_OPERATIONS: Readonly<Record<string, (world: Ec2World, input: SsmInput) => unknown>> = {
  DeleteParameter: deleteParameter,
  GetParameter: getParameter,
  GetParameters: getParameters,
  GetParametersByPath: getParametersByPath,
  LabelParameterVersion: labelParameterVersion,
  PutParameter: putParameter,
};

function perform(world: Ec2World, operation: string, input: SsmInput): unknown {
  const run = Object.hasOwn(SSM_OPERATIONS, operation) ? SSM_OPERATIONS[operation] : undefined;
  if (run) return run(world, input);
  const names = Object.keys(SSM_OPERATIONS).join(', ');
  throw new Ec2Error('UnknownOperationException', `The sandbox has no ${operation} of SSM. It has: ${names}.`);
}

function getParameter(world: Ec2World, { Name = '' }: SsmInput): unknown {
  const parameter = findParameter(world, Name);
  if (!parameter) throw new Ec2Error('ParameterNotFound', '');
  return { Parameter: render(world, parameter) };
}

/** Source of the limit: SSM API reference, GetParameters `Names`. */
const NAMES_LIMIT = 10;

function getParameters(world: Ec2World, { Names: names = [] }: SsmInput): unknown {
  if (names.length < 1 || names.length > NAMES_LIMIT) {
    const why = `Value at 'names' failed to satisfy constraint: Member must have length between 1 and ${NAMES_LIMIT}`;
    throw new Ec2Error('ValidationException', `1 validation error detected: ${why}`);
  }
  const found = names.map((name) => findParameter(world, name));
  return {
    Parameters: found.flatMap((parameter) => (parameter ? [render(world, parameter)] : [])),
    InvalidParameters: names.filter((_, at) => found[at] === undefined),
  };
}

function getParametersByPath(world: Ec2World, input: SsmInput): unknown {
  const { Path: path = '', Recursive = false, MaxResults = NAMES_LIMIT, NextToken = '0' } = input;
  if (!path.startsWith('/')) {
    throw new Ec2Error('ValidationException', "The parameter path must begin with a forward slash '/'.");
  }
  const folder = path.endsWith('/') ? path : `${path}/`;
  const names = [...world.parameters.keys()].filter(
    (name) => name.startsWith(folder) && (Recursive || !name.slice(folder.length).includes('/')),
  );
  const end = Number(NextToken) + MaxResults;
  const page = names.toSorted().slice(Number(NextToken), end);
  return {
    Parameters: page.flatMap((name) => findParameter(world, name) ?? []).map((one) => render(world, one)),
    ...(end < names.length && { NextToken: `${end}` }),
  };
}

function putParameter(world: Ec2World, input: SsmInput): unknown {
  const { Name = '', Value = '', DataType } = input;
  if (Name.startsWith('/aws')) throw new Ec2Error('AccessDeniedException', 'No access to reserved parameter name.');
  if (Name === '' || Value === '') throw new Ec2Error('ValidationException', 'A parameter has a name and a value.');
  if (world.parameters.has(Name) && !input.Overwrite) {
    const why =
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
    throw new Ec2Error('ParameterAlreadyExists', why);
  }
  if (DataType === IMAGE_TYPE && !/^ami-[0-9a-f]{8,17}$/.test(Value)) {
    throw new Ec2Error('ValidationException', `Parameter value: ${Value} is not a valid AMI ID format.`);
  }
  const versions = versionsOf(world, Name);
  versions.push(Value);
  if (DataType !== undefined || versions.length === 1) world.parameterTypes.set(Name, DataType ?? 'text');
  world.parameterVersions.set(Name, versions);
  world.parameters.set(Name, Value);
  return { Version: versions.length, Tier: 'Standard' };
}

function deleteParameter(world: Ec2World, { Name = '' }: SsmInput): unknown {
  if (!world.parameters.delete(Name)) throw new Ec2Error('ParameterNotFound', '');
  for (const facts of [world.parameterVersions, world.parameterLabels, world.parameterTypes]) facts.delete(Name);
  return {};
}

/** A label moves to the version, by default the newest one. */
function labelParameterVersion(world: Ec2World, input: SsmInput): unknown {
  const { Name = '', Labels = [] } = input;
  const newest = versionsOf(world, Name).length;
  if (newest === 0) throw new Ec2Error('ParameterNotFound', '');
  const version = input.ParameterVersion ?? newest;
  if (version < 1 || version > newest) throw new Ec2Error('ParameterVersionNotFound', '');
  // Source: SSM user guide, "Working with parameter labels".
  const isAllowed = (label: string): boolean => /^(?!aws|ssm|\d)[\w.-]{1,100}$/i.test(label);
  const labels = world.parameterLabels.get(Name) ?? new Map<string, number>();
  for (const label of Labels.filter(isAllowed)) labels.set(label, version);
  world.parameterLabels.set(Name, labels);
  return { InvalidLabels: Labels.filter((label) => !isAllowed(label)), ParameterVersion: version };
}

function render(world: Ec2World, { name, value, version, selector, dataType }: ParameterVersion): unknown {
  const owner = name.startsWith('/aws/') ? '' : ACCOUNT;
  return {
    Name: name,
    Type: 'String',
    Value: value,
    Version: version,
    ...(selector !== undefined && { Selector: selector }),
    LastModifiedDate: 1_760_000_000.123,
    ARN: `arn:aws:ssm:${world.region}:${owner}:parameter/${name.replace(/^\//, '')}`,
    DataType: dataType,
  };
}

function respond(status: number, body: unknown): SandboxResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}

function fail(code: string, message: string): SandboxResponse {
  return respond(code === 'InternalServerError' ? 500 : 400, { __type: code, message });
}
