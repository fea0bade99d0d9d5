import { quote, renderCommand } from './command.js';
import type { Step } from './steps/step.js';

/** The steps as commands for bash, in the order in which the set-up runs them. Works when pasted in a clone of ci-actions. */
export function renderScript(
  steps: readonly Step[],
  { stack, region }: { readonly stack: string; readonly region: string },
): string {
  const names = `--stack-name ${quote(stack)} --region ${quote(region)}`;
  const usesOutputs = steps.some(({ isDone, commands }) => !isDone && commands.some(({ args }) => args.some(isOutput)));
  const preamble = [
    '# Run these commands in a clone of ci-actions. They use the logins of aws and gh.',
    "export AWS_PAGER='' GH_PAGER=cat",
    ...(usesOutputs
      ? [
          'stack_output() {',
          `  aws cloudformation describe-stacks ${names} --output text \\`,
          `    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"`,
          '}',
        ]
      : []),
  ];
  const blocks = steps.map(({ title, isDone, commands, person }) =>
    isDone
      ? `# Done: ${title}.`
      : [`# ${title}.`, ...(person?.script ?? []), ...commands.map(renderCommand)].join('\n'),
  );
  return [preamble.join('\n'), ...blocks].join('\n\n');
}

function isOutput(argument: unknown): boolean {
  return typeof argument === 'object' && (argument as { value: { kind: string } }).value.kind === 'output';
}
