import { startSandbox } from '../../sandbox/sandbox.js';
import { runStep } from '../../sandbox/step.js';
import { ours } from './contenders.js';
import { compare, type Figure } from './figures.js';
import { measuredNode } from './node.js';
import { withSandbox } from './sandboxes.js';

const BAR_S = 1.5;

/** Measures starts that do not wait (`wait-for: launched`), from process start to process end, one after the other. */
export async function measureLaunched({
  starts,
  print,
}: {
  readonly starts: number;
  readonly print: (sentence: string) => void;
}): Promise<Figure[]> {
  print(`wait-for: launched: ${starts} starts.`);
  const samples: number[] = [];
  while (samples.length < starts) samples.push(await measureOne());
  const details = { id: 'launched', measure: 'The whole step with wait-for: launched', unit: 's', bar: BAR_S } as const;
  return [compare(details, [{ name: ours.name, samples }], (seconds) => seconds)];
}

async function measureOne(): Promise<number> {
  return withSandbox(startSandbox({ machines: false, throttle: true }), async (sandbox, atEnd) => {
    const { code, seconds, lines } = await runStep({
      script: ours.script,
      inputs: { ...ours.inputs, 'github-token': sandbox.token, 'wait-for': 'launched' },
      environment: sandbox.environment,
      node: measuredNode,
      onStart: (kill) => atEnd(() => kill('SIGKILL')),
    });
    if (code !== 0 || sandbox.ec2.instances().length !== 1)
      throw new Error(`A start failed with ${code}:\n${lines.slice(-20).join('\n')}`);
    return seconds;
  });
}
