/**
 * Makes a function that replaces secrets, also as they are written in JSON. The longest first: one may be a part of
 * another.
 */
export function hider(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]));
  const ordered = [...forms].toSorted((a, b) => b.length - a.length);
  return (text) => ordered.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text);
}
