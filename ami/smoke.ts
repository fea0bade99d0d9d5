/** `ami/smoke.sh`: one instance of a fresh image tells whether the image is fit to be published. See `--help`. */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Failure, messageOf } from '../src/core/kernel/failure.js';
import { smokeImage } from '../src/core/images/smoke.js';
import { connectEc2 } from '../src/ec2/connect.js';
import { clock } from '../src/host/clock.js';
import { readPreset } from './make/options.js';
import { interruption } from './make/interruption.js';
import { createTerminal, explain } from './make/terminal.js';

const usage = `ami/smoke.sh --image ami-… --preset amd64|arm64|cuda [options]

Starts one instance of the image, on which the boot agent checks docker, a container, compose, buildx, git, python, tox,
the runner's version and, for cuda, nvidia-smi in a container; then the seconds from the kernel to the agent. Nothing
can connect to the instance. It is terminated whatever happens. Exit code 0: fit to be published.

  --region R     default: AWS_REGION or the profile's
  --subnet S     where to start it; default: the default network
  --help`;

const terminal = createTerminal();

async function main(argv: string[]): Promise<number> {
  const values = readOptions(argv);
  if (typeof values === 'number') return values;
  const { image: imageId = '', region, subnet } = values;
  try {
    const signal = interruption();
    const ec2 = await connectEc2({ clock, log: terminal, signal, ...(region && { region }) });
    const preset = readPreset(values.preset ?? '');
    const request = { preset, imageId, nonce: randomUUID(), ...(subnet && { subnetId: subnet }) };
    await smokeImage(request, { ec2, clock, log: terminal, signal });
    terminal.info(`${imageId} passed: it can be published.`);
    return 0;
  } catch (error) {
    console.error(explain(error));
    return 1;
  }
}

function readOptions(argv: string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { image: text, preset: text, region: text, subnet: text, help: { type: 'boolean' } } as const;
    const { values } = parseArgs({ args: argv, options });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    if (!/^ami-[0-9a-f]+$/.test(values.image ?? '')) {
      throw new Failure('bad-input', `--image is "${values.image ?? ''}"; it has to be an image's id, ami-….`, {
        hint: '',
      });
    }
    readPreset(values.preset ?? '');
    return values;
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
