import { GetParametersCommand, PutParameterCommand, SSMClient, type Parameter } from '@aws-sdk/client-ssm';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import type { ImageEc2 } from '../core/images/ports.js';
import { GarbledAnswer } from './errors.js';
import { ask } from './failures.js';

/** SSM's parameter store. Every request may be sent twice. */
export function createParameters(
  settings: SSMClientConfig,
): Pick<ImageEc2, 'readParameters' | 'resolveParameter' | 'writeParameter'> {
  const client = new SSMClient({ ...settings, maxAttempts: 3 });
  return {
    async readParameters(names) {
      if (names.length === 0) return new Map();
      const parameters = await getParameters(client, names);
      return new Map(parameters.map(({ Name = '', Selector = '', Value = '' }) => [Name + Selector, Value]));
    },
    // By itself, because the answer need not name an ARN as it was asked for.
    resolveParameter: async (reference) => (await getParameters(client, [reference]))[0]?.Value,
    writeParameter: (name, value) => putParameter(client, name, value),
  };
}

/** A plain text: SSM checks an `aws:ec2:image` only after it has answered, and drops a value that it dislikes. */
async function putParameter(client: SSMClient, name: string, value: string): Promise<void> {
  const command = new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true });
  await ask('ssm:PutParameter', async () => {
    const { Version } = await client.send(command);
    if (Version === undefined) throw new GarbledAnswer('the answer has no version');
  });
}

function getParameters(client: SSMClient, names: readonly string[]): Promise<Parameter[]> {
  const command = new GetParametersCommand({ Names: [...names] });
  return ask('ssm:GetParameters', async () => {
    const { Parameters } = await client.send(command);
    if (!Parameters) throw new GarbledAnswer('the answer has no parameters');
    return Parameters;
  });
}
