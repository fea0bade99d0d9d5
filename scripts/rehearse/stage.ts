/** The output of a rehearsal: one line after the other, with its time and the step that printed it. */
export interface Stage {
  print(sentence: string): void;
  /** Runs one step of the workflow. Its lines are printed below its name as they come. */
  play<T>(name: string, scene: (onLine: (line: string) => void) => Promise<T>): Promise<T>;
}

export function createStage(output: (line: string) => void = console.log): Stage {
  const began = performance.now();
  const print = (line: string) => output(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  return {
    print,
    async play(name, scene) {
      print(`── ${name}`);
      return scene((line) => {
        for (const shown of renderLine(line)) print(`   ${shown}`);
      });
    },
  };
}

/** A line of an action's output as GitHub's log shows it, without the lines that GitHub hides. */
function renderLine(line: string): string[] {
  const [, command, data = ''] = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
  const text = data.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%').split('\n');
  switch (command) {
    case undefined:
      return line.trim() === '' ? [] : [line];
    case 'group':
      return [`▸ ${data}`];
    case 'notice':
    case 'warning':
    case 'error':
      return text.map((one, index) => (index === 0 ? `${command}: ${one}` : `  ${one}`));
    default:
      return [];
  }
}
