import { format, resolveConfig } from 'prettier';

/** Formats a text as `npm run format` would. The module's printer already writes the format of `terraform fmt`. */
export async function formatAs(filepath: string, text: string): Promise<string> {
  return filepath.endsWith('.tf') ? text : format(text, { ...(await resolveConfig(filepath)), filepath });
}
