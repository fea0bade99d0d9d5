export function summarizeSkip(reason: string): string {
  return `### Skipped\n\n${reason} Nothing was tested, and no machine was started.\n`;
}
