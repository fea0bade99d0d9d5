import { GetParametersCommand, PutParameterCommand, type Parameter, type SSMClient } from '@aws-sdk/client-ssm';
import { GarbledAnswer } from './errors.js';
import { ask } from './failures.js';

/** @returns values by the names asked for, `name:version` and `name:label` included; unknown names are absent. */
export async function readParameters(
  client: SSMClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const parameters = await getParameters(client, names);
  return new Map(parameters.map(({ Name = '', Selector = '', Value = '' }) => [Name + Selector, Value]));
}

/** By itself, because the answer need not name an ARN as it was asked for. */
export async function resolveParameter(client: SSMClient, reference: string): Promise<string | undefined> {
  return (await getParameters(client, [reference]))[0]?.Value;
}

/** A plain text: SSM checks an `aws:ec2:image` only after it has answered, and drops a value that it dislikes. */
export async function writeParameter(client: SSMClient, name: string, value: string): Promise<void> {
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
