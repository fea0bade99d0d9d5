/* global document, NodeFilter */
// An expression for the browser. Its value is a `Rendered` of rendered.ts.
(() => {
  const { body } = document;
  const all = (selector) => [...body.querySelectorAll(selector)];
  const texts = [];
  const formulas = [];
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest('code, pre, a')) continue;
    const text = node.textContent;
    texts.push(text);
    if (text.includes('$') && !(parent.tagName === 'SPAN' && parent.textContent === '$')) formulas.push(text);
  }
  return {
    elements: [...new Set(all('*').map(({ tagName }) => tagName.toLowerCase()))],
    links: all('a').map(({ href }) => href),
    tables: all('table').map(({ rows }) =>
      [...rows].map(({ cells }) => [...cells].map(({ textContent }) => textContent)),
    ),
    codes: all('code').map(({ textContent }) => textContent),
    texts,
    formulas,
    seen: body.innerText,
  };
})();
