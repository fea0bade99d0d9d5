import sax from 'sax';
import { IncompleteResponse } from '../ec2/errors.js';

/** One element of an answer. */
export interface Element {
  readonly name: string;
  text: string;
  readonly children: Element[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** Reads an answer of S3. @throws IncompleteResponse if it is no whole XML document */
export function parseXml(document: string): Element {
  const parser = sax.parser(true, { xmlns: false });
  const top: Element = { name: '', text: '', children: [], attributes: {} };
  const open = [top];
  Object.assign(parser, {
    onopentag: ({ name, attributes }: sax.Tag) => {
      const element = { name, text: '', children: [], attributes };
      open.at(-1)!.children.push(element);
      open.push(element);
    },
    ontext: (text: string) => void (open.at(-1)!.text += text),
    onclosetag: () => void open.pop(),
  });
  try {
    parser.write(document).close();
  } catch {
    throw new IncompleteResponse('the answer of S3 is not XML');
  }
  const [root] = top.children;
  if (!root || open.length !== 1) throw new IncompleteResponse('the answer of S3 was cut off');
  return root;
}

/** The text of a child; '' without one. */
export function textOf(element: Element, name: string): string {
  return element.children.find((one) => one.name === name)?.text ?? '';
}

export function childrenOf(element: Element, name: string): Element[] {
  return element.children.filter((one) => one.name === name);
}

/** The elements of this name at any depth. */
export function findAll(element: Element, name: string): Element[] {
  return element.children.flatMap((one) => [...(one.name === name ? [one] : []), ...findAll(one, name)]);
}

/** A text as content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
