import { admit, readSignedRegion } from './ec2/routes/permissions.js';
import { Ec2Error } from './ec2/world/errors.js';
import { ACCOUNT } from './ec2/world/seed.js';
import type { Ec2World } from './ec2/world/world.js';
import type { Handler, SandboxRequest, SandboxResponse } from './http.js';

const TARGET = 'AmazonSSM.';

export function isSsmRequest(request: SandboxRequest): boolean {
  return request.headers['x-amz-target']?.startsWith(TARGET) ?? false;
}

/** SSM's parameter store (JSON 1.1): reads and writes single values in the region that the request was signed for. */
export function createSsmEndpoint(home: Ec2World, elsewhere: ReadonlyMap<string, Ec2World> = new Map()): Handler {
  return {
    name: nameOperation,
    async handle(request) {
      const operation = nameOperation(request);
      const world = elsewhere.get(readSignedRegion(request) ?? '') ?? home;
      try {
        admit(world, request, `ssm:${operation}`);
        const input: unknown = JSON.parse(request.body || '{}');
        return respond(200, perform(world, operation, input as Input));
      } catch (error) {
        if (error instanceof SyntaxError) return fail('SerializationException', error.message);
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

interface Input {
  readonly Name?: string;
  readonly Names?: readonly string[];
  readonly Value?: string;
  readonly Overwrite?: boolean;
}

function nameOperation(request: SandboxRequest): string {
  return request.headers['x-amz-target']?.slice(TARGET.length) ?? 'no target';
}

function perform(world: Ec2World, operation: string, input: Input): unknown {
  switch (operation) {
    case 'GetParameter': {
      const parameter = find(world, input.Name ?? '');
      if (!parameter) throw new Ec2Error('ParameterNotFound', '');
      return { Parameter: parameter };
    }
    case 'GetParameters':
      return getParameters(world, input.Names ?? []);
    case 'PutParameter':
      return putParameter(world, input);
    default:
      throw new Ec2Error('UnknownOperationException', '');
  }
}

/** Source of the limit: SSM API reference, GetParameters `Names`. */
const NAMES_LIMIT = 10;

function getParameters(world: Ec2World, names: readonly string[]): unknown {
  if (names.length < 1 || names.length > NAMES_LIMIT) {
    const why = `Value at 'names' failed to satisfy constraint: Member must have length between 1 and ${NAMES_LIMIT}`;
    throw new Ec2Error('ValidationException', `1 validation error detected: ${why}`);
  }
  const found = names.flatMap((name) => find(world, name) ?? []);
  return { Parameters: found, InvalidParameters: names.filter((name) => find(world, name) === undefined) };
}

function putParameter(world: Ec2World, input: Input): unknown {
  const { Name = '', Value = '' } = input;
  if (Name.startsWith('/aws')) throw new Ec2Error('AccessDeniedException', 'No access to reserved parameter name.');
  if (Name === '' || Value === '') throw new Ec2Error('ValidationException', 'A parameter has a name and a value.');
  if (world.parameters.has(Name) && !input.Overwrite) {
    const why =
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
    throw new Ec2Error('ParameterAlreadyExists', why);
  }
  const versions = versionsOf(world, Name);
  versions.push(Value);
  world.parameterVersions.set(Name, versions);
  world.parameters.set(Name, Value);
  return { Version: versions.length, Tier: 'Standard' };
}

/** All versions, oldest first. The last is the current value. */
function versionsOf(world: Ec2World, name: string): string[] {
  const current = world.parameters.get(name);
  return world.parameterVersions.get(name) ?? (current === undefined ? [] : [current]);
}

/** By name, ARN or `name:version`. The sandbox has no labels. */
function find(world: Ec2World, reference: string): unknown {
  const [, plain = '', version] = /^(.*?)(?::(\d+))?$/.exec(reference.replace(/^arn:[^/]*:parameter(?=\/)/, '')) ?? [];
  const versions = versionsOf(world, plain);
  const number = version === undefined ? versions.length : Number(version);
  const value = versions[number - 1];
  if (value === undefined) return undefined;
  return render(world, plain, { value, number, ...(version !== undefined && { selector: `:${version}` }) });
}

function render(
  world: Ec2World,
  name: string,
  { value, number, selector }: { readonly value: string; readonly number: number; readonly selector?: string },
): unknown {
  const owner = name.startsWith('/aws/') ? '' : ACCOUNT;
  return {
    Name: name,
    Type: 'String',
    Value: value,
    Version: number,
    ...(selector !== undefined && { Selector: selector }),
    LastModifiedDate: 1_760_000_000.123,
    ARN: `arn:aws:ssm:${world.region}:${owner}:parameter/${name.replace(/^\//, '')}`,
    DataType: value.startsWith('ami-') ? 'aws:ec2:image' : 'text',
  };
}

function respond(status: number, body: unknown): SandboxResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}

function fail(code: string, message: string): SandboxResponse {
  return respond(code === 'InternalServerError' ? 500 : 400, { __type: code, message });
}
