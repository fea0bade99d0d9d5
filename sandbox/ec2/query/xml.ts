/** A value of a response. Objects become elements, arrays lists of `<item>`, dates ISO 8601 with milliseconds. */
export type XmlValue =
  string | number | boolean | Date | undefined | readonly XmlValue[] | { readonly [element: string]: XmlValue };

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** The body of a success. */
export function renderResponse(operation: string, requestId: string, fields: { [element: string]: XmlValue }): string {
  return renderXml(`${operation}Response`, NAMESPACE, { requestId, ...fields });
}

/** A document with one root. */
export function renderXml(root: string, namespace: string, fields: { readonly [element: string]: XmlValue }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${renderValue(fields)}</${root}>`;
}

/** The body of an error, in the shape that only EC2's Query protocol has. */
export function renderError(requestId: string, code: string, message: string): string {
  const errors = renderValue({ Errors: { Error: { Code: code, Message: message } }, RequestID: requestId });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${errors}</Response>`;
}

function renderValue(value: XmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item: XmlValue) => `<item>${renderValue(item)}</item>`).join('');
  if (typeof value !== 'object') return escape(String(value));
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([element, inner]) => `<${element}>${renderValue(inner)}</${element}>`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes carriage returns, which a parser would turn into line feeds. Drops characters that XML 1.0 cannot have. */
function escape(text: string): string {
  return (
    text
      .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
      .replaceAll('\r', '&#13;')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
  );
}
