import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startSandbox } from '../../sandbox/sandbox.js';

/** boto3 comes with moto. `scripts/peers.sh` installs it. */
const PYTHON = fileURLToPath(new URL('../../.peers/venv/bin/python', import.meta.url));

/** What scripts of others do, with the calls that boto3 makes of it. Prints one line of JSON for each. */
const SCRIPT = `
import boto3, json
from botocore.exceptions import ClientError

def show(name, value):
    print(json.dumps([name, value]), flush=True)

def refused(name, call):
    try:
        call()
        show(name, None)
    except ClientError as error:
        show(name, [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], str(error)])

ec2, ssm, sts = (boto3.client(one) for one in ("ec2", "ssm", "sts"))
show("account", sts.get_caller_identity()["Account"])
ubuntu = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
show("parameter", ssm.get_parameter(Name=ubuntu)["Parameter"]["Value"])
launched = ec2.run_instances(ImageId="resolve:ssm:" + ubuntu, InstanceType="t3.micro", MinCount=2, MaxCount=2)
ids = [one["InstanceId"] for one in launched["Instances"]]
show("images", [one["ImageId"] for one in launched["Instances"]])
quick = {"Delay": 1, "MaxAttempts": 60}
ec2.get_waiter("instance_status_ok").wait(InstanceIds=ids, WaiterConfig=quick)
pages = ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5})
show("pages", sorted(one["InstanceId"] for page in pages for r in page["Reservations"] for one in r["Instances"]) == sorted(ids))
instances = boto3.resource("ec2").instances.filter(InstanceIds=ids)
show("states", [one.state["Name"] for one in instances])
instances.terminate()
ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig=quick)
refused("no alias", lambda: ec2.run_instances(ImageId="resolve:ssm:/no", InstanceType="t3.micro", MinCount=1, MaxCount=1))
refused("no action", lambda: ec2.describe_nat_gateways())
refused("no service", lambda: boto3.client("iam").list_roles())
refused("no service with JSON", lambda: boto3.client("dynamodb").list_tables())
refused("no service with REST", lambda: boto3.client("route53").list_hosted_zones())
`;

async function runPython(script: string, environment: Readonly<Record<string, string>>): Promise<Map<string, unknown>> {
  const child = spawn(PYTHON, ['-c', script], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`Python ended with ${code}:\n${output}`);
  const lines = output.trimEnd().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as [string, unknown]));
}

test("boto3 finds the sandbox by its variables, and shows the sandbox's refusals", async () => {
  const sandbox = await startSandbox({ machines: false, timeline: { checksMs: 100 } });
  try {
    const found = await runPython(SCRIPT, sandbox.environment);
    const says = (code: string, status: number, text: RegExp) => [code, status, expect.stringMatching(text)];
    const nothing = /The sandbox has no \w+\. It has ec2, ssm/;
    expect(Object.fromEntries(found)).toEqual({
      account: '123456789012',
      parameter: 'ami-0d0c0ffee24040001',
      images: ['ami-0d0c0ffee24040001', 'ami-0d0c0ffee24040001'],
      pages: true,
      states: ['running', 'running'],
      'no alias': says('SsmInvalidParameter', 400, /The following aliases are invalid: \/no$/),
      'no action': says('InvalidAction', 400, /DescribeNatGateways is not valid.*The sandbox has: .*RunInstances/),
      'no service': says('UnsupportedBySandbox', 501, nothing),
      'no service with JSON': says('UnsupportedBySandbox', 501, nothing),
      'no service with REST': says('UnsupportedBySandbox', 501, nothing),
    });
  } finally {
    await sandbox.close();
  }
});
