/** What the audience of a rehearsal sees: one line after the other, with its time and whose it is. */
export interface Stage {
  say(sentence: string): void;
  /** Runs one scene; its lines are shown under its name as they come. */
  play<T>(name: string, scene: (onLine: (line: string) => void) => Promise<T>): Promise<T>;
}

export function createStage(print: (line: string) => void = console.log): Stage {
  const began = performance.now();
  const say = (line: string) => print(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  return {
    say,
    async play(name, scene) {
      say(`── ${name}`);
      return scene((line) => {
        for (const shown of renderLine(line)) say(`   ${shown}`);
      });
    },
  };
}

/** A line of an action's output as GitHub's log would show it; nothing of what GitHub would hide. */
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
