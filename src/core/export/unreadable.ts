/** What Node.js shows in place of bytes that are no UTF-8. A file cannot be opened by such a name. */
const REPLACEMENT = '\uFFFD';

/** Why a file or folder cannot be read: the code of the file system, or what is wrong with its name. */
export function explainUnreadable(path: string, error: unknown): string {
  const { code } = error as { readonly code?: string };
  if (code === 'ENOENT' && path.includes(REPLACEMENT)) return 'its name is no UTF-8: rename it';
  return code ?? String(error);
}
