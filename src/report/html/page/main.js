/* The page's beginning: the table that stands there without a script makes room for the tree. */

const PRINTED = 5000; // rows on paper

/* On paper stands what the filter leaves, as the table. */
function fillTable(model) {
  const rows = model.rows.filter((row) => row.matches);
  const table = document.querySelector('#table > table');

  table.caption.textContent = rows.length > PRINTED
    ? `The first ${PRINTED} of ${plural(rows.length, 'difference')}` : plural(rows.length, 'difference');
  table.tBodies[0].replaceChildren(...rows.slice(0, PRINTED).map((row) => make('tr', '',
    make('td', '', make('span', `mark ${row.kind}`, row.kind)), make('td', '', imageText(row.name)),
    make('td', '', imageText(row.words)))));
}

/* Links of the overview lead to rows, kinds, causes and packages. */
function followLinks(filter, tree, model) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href="#differences"]');

    if (!link)
      return;
    const {row, kind, cause, package: number} = link.dataset;
    if (row !== undefined) {
      event.preventDefault();
      tree.reveal(model.rows[Number(row)]);
    } else if (kind || cause || number) {
      filter.only({kind, cause, number});
    }
  });
}

function start() {
  const model = new Model(JSON.parse(document.getElementById('data').textContent));
  const filter = new Filter(model, () => {
    tree.render();
    treemap.draw();
  });
  const tree = new Tree(model, filter);
  const treemap = new Treemap(model, tree);
  const explorer = document.getElementById('explorer');

  filter.element.insertBefore(make('span', '', button('', 'Open all', () => tree.openAll()), ' ',
    button('', 'Close all', () => tree.closeAll())), filter.status);
  explorer.append(filter.element, tree.element);
  explorer.hidden = false;
  document.documentElement.classList.add('scripted');
  filter.apply();
  if (model.rows.some((row) => row.bytes)) {
    const place = document.getElementById('treemap');

    place.append(treemap.bar, treemap.map);
    place.hidden = false;
  }
  followLinks(filter, tree, model);
  window.addEventListener('beforeprint', () => fillTable(model));
  performance.mark('diffoci-ready');
}

start();
