import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { GarbledAnswer } from './errors.js';
import { ask } from './failures.js';

/** @returns values by the names asked for, `name:version` and `name:label` included; unknown names are absent. */
export async function readParameters(
  client: SSMClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const command = new GetParametersCommand({ Names: [...names] });
  const parameters = await ask('ssm:GetParameters', async () => {
    const { Parameters } = await client.send(command);
    if (!Parameters) throw new GarbledAnswer('the answer has no parameters');
    return Parameters;
  });
  return new Map(parameters.map(({ Name = '', Selector = '', Value = '' }) => [Name + Selector, Value]));
}
