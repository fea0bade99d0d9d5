import { GetParametersCommand, PutParameterCommand, SSMClient, type Parameter } from '@aws-sdk/client-ssm';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import type { ImageEc2 } from '../core/images/ports.js';
import { IncompleteResponse } from './errors.js';
import { Requests, type RequestOptions } from './requests.js';

/** The parameter store of SSM. Every request may be sent twice. */
export function createParameters(
  settings: SSMClientConfig,
  options: RequestOptions,
): Pick<ImageEc2, 'readParameters' | 'resolveParameter' | 'writeParameter'> {
  const requests = new Requests(new SSMClient(settings), options);
  return {
    async readParameters(names) {
      if (names.length === 0) return new Map();
      const parameters = await getParameters(requests, names);
      return new Map(parameters.map(({ Name = '', Selector = '', Value = '' }) => [Name + Selector, Value]));
    },
    // A separate request, because the response may name a parameter differently than the request did by its ARN.
    resolveParameter: async (reference) => (await getParameters(requests, [reference]))[0]?.Value,
    writeParameter: (name, value) => putParameter(requests, { name, value }),
  };
}

/** Writes plain text. SSM validates the type `aws:ec2:image` only after its response, and drops an invalid value. */
async function putParameter(
  requests: Requests<SSMClient>,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<void> {
  const command = new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true });
  const send = async (): Promise<void> => {
    const { Version } = await requests.client.send(command);
    if (Version === undefined) throw new IncompleteResponse('the response has no version');
  };
  await requests.ask('ssm:PutParameter', send, { purpose: 'register' });
}

function getParameters(requests: Requests<SSMClient>, names: readonly string[]): Promise<Parameter[]> {
  const command = new GetParametersCommand({ Names: [...names] });
  return requests.ask('ssm:GetParameters', async () => {
    const { Parameters } = await requests.client.send(command);
    if (!Parameters) throw new IncompleteResponse('the response has no parameters');
    return Parameters;
  });
}
