/** An element of an answer: a text, or its children. Two children may have one name. */
export type Child = readonly [name: string, content: string | number | readonly Child[]];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document, in which a list is a row of elements of one name. */
export function renderDocument(name: string, children: readonly Child[], namespace = NAMESPACE): string {
  const declared = namespace && ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${declared}>${children.map(render).join('')}</${name}>`;
}

function render([name, content]: Child): string {
  const inner = typeof content === 'object' ? content.map(render).join('') : escape(String(content));
  return `<${name}>${inner}</${name}>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Key as `encoding-type=url` asks for it: as a form encodes it, but for `/`. */
export function encode(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}
