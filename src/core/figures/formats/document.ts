import { isMap, readJson, type JsonMap } from '../json.js';
import { JsonElements, type JsonElement } from '../json-elements.js';
import { type TextReader, UnreadableError } from '../reading.js';

/** How a JSON document is read, element by element. */
export interface DocumentReader {
  /** The key that the document must have, and whose elements are read. '' if the document is a list. */
  readonly key: string;
  /** @param element parsed */
  take(element: JsonMap, about: JsonElement): void;
  /** After the last element. */
  finish?(): void;
}

/** Reads one key of a JSON document. @throws UnreadableError without the key, or if an element is no object */
export function readDocument(reader: DocumentReader): TextReader {
  let hasKey = reader.key === '';
  const elements = new JsonElements({
    key: (key) => void (hasKey ||= key === reader.key),
    element: (about) => {
      // `null` instead of an empty list.
      if (about.key !== reader.key || (about.text === 'null' && about.label === reader.key)) return;
      const element = readJson(about.text, about.label);
      if (!isMap(element)) throw new UnreadableError(`has no object in ${about.label}`);
      reader.take(element, about);
    },
  });
  return {
    write: (text) => elements.write(text),
    close: () => {
      elements.close();
      if (!hasKey) throw new UnreadableError(`has no key "${reader.key}"`);
      reader.finish?.();
    },
  };
}
