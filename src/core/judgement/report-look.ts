/** The look of the report beside that of all pages, and what its script does. */
export const STYLE = `:root{--undecided:#7a5c00;--suspected:#b3440b}
@media(prefers-color-scheme:dark){:root{--undecided:#d9a520;--suspected:#f0883e}}
header.undecided{border-color:var(--undecided)}header.suspected{border-color:var(--suspected)}
header.passed h1 span,b.good{color:var(--passed)}header.failed h1 span,b.bad{color:var(--failed)}
header.undecided h1 span,b.unsure{color:var(--undecided)}header.suspected h1 span{color:var(--suspected)}
h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem;display:inline;overflow-wrap:anywhere}b{font-weight:600}
code{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}li{overflow-wrap:anywhere}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--link)}caption{text-align:left;color:var(--faint)}
td:first-child{min-width:9rem;max-width:30rem;overflow-wrap:anywhere}td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.v,td.h{white-space:nowrap}th.n{text-align:right}th button{all:unset;cursor:pointer;text-decoration:underline dotted}th button:focus-visible{outline:2px solid var(--link)}
details.m{border-top:1px solid var(--line);padding:.75rem 0}
figure{margin:.5rem 0;overflow-x:auto}figure.history{direction:rtl}figure svg{direction:ltr;display:block;margin-right:auto;max-width:100%;min-width:20rem;height:auto}figure.history svg{min-width:36rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.25rem 0}dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}
.find{display:flex;flex-wrap:wrap;gap:.5rem 1rem;margin-top:1rem}.find input[type=search]{font:inherit;min-width:14rem}`;

/** Sorts a table by a column, and shows the rows whose metrics contain a text. The page is complete without it. */
export const SCRIPT = `(() => {
  const tables = [...document.querySelectorAll('table.metrics')];
  const key = (row, at) => row.cells[at].dataset.v ?? row.cells[at].textContent;
  const compare = (one, other) => one !== '' && other !== '' && !isNaN(one) && !isNaN(other) ? one - other : one < other ? -1 : one > other ? 1 : 0;
  for (const table of tables) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement('button');
      button.append(...head.childNodes);
      head.append(button);
      button.onclick = () => {
        const up = head.ariaSort !== 'ascending';
        for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
        head.ariaSort = up ? 'ascending' : 'descending';
        const rows = [...table.tBodies[0].rows].sort((one, other) => (up ? 1 : -1) * compare(key(one, head.cellIndex), key(other, head.cellIndex)));
        table.tBodies[0].append(...rows);
      };
    }
  }
  const field = document.createElement('input');
  field.type = 'search';
  field.oninput = () => {
    const text = field.value.toLowerCase();
    for (const table of tables) {
      for (const row of table.tBodies[0].rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(text);
      const fold = table.closest('details');
      if (fold && text !== '') fold.open = true;
    }
  };
  const label = document.createElement('label');
  label.className = 'find';
  label.append('Find metrics', field);
  tables[0]?.closest('main').querySelector('h2.metrics')?.after(label);
})();`;
