/* Where size changed, as areas: a squarified treemap (Bruls, Huizing and van Wijk, 2000), two levels
 * of directories at a time. */

const MAP_DEPTH = 3;         // levels that are drawn in one another
const MAP_HEAD = 19;         // px of a directory's name above what is in it
const MAP_LEAST = [70, 48];  // px that a directory needs to show what is in it
const MAP_SPECK = 16;        // px² below which nothing is drawn
const MAP_MOST = 120;        // of what is in one directory; the rest is one tile

/* The ratio of the longest side to the shortest among areas that share a row of this length. */
function worstRatio(areas, sum, length) {
  const most = Math.max(...areas);
  const least = Math.min(...areas);

  return Math.max(length * length * most / (sum * sum), sum * sum / (length * length * least));
}

/* Places for items of {size} in a rectangle: [{item, x, y, width, height}], the largest first. */
function squarify(items, box) {
  const total = items.reduce((sum, item) => sum + item.size, 0);
  const scale = total > 0 ? box.width * box.height / total : 0;
  const left = {...box};
  const placed = [];
  let row = [];

  const sumOf = (list) => list.reduce((sum, item) => sum + item.size * scale, 0);
  const settle = () => {
    const sum = sumOf(row);
    const across = left.width >= left.height;
    const thickness = sum / (across ? left.height : left.width);
    let at = across ? left.y : left.x;

    for (const item of row) {
      const length = item.size * scale / thickness;

      placed.push(across
        ? {item, x: left.x, y: at, width: thickness, height: length}
        : {item, x: at, y: left.y, width: length, height: thickness});
      at += length;
    }
    left[across ? 'x' : 'y'] += thickness;
    left[across ? 'width' : 'height'] -= thickness;
    row = [];
  };

  for (const item of items) {
    const length = Math.min(left.width, left.height);
    const areas = row.map((one) => one.size * scale);
    const area = item.size * scale;

    if (area < 1)
      break;
    if (row.length && worstRatio([...areas, area], sumOf(row) + area, length) > worstRatio(areas, sumOf(row), length))
      settle();
    row.push(item);
  }
  if (row.length)
    settle();
  return placed;
}

class Treemap {
  constructor(model, tree) {
    this.model = model;
    this.tree = tree;
    this.folder = model.root;
    this.path = make('span', 'path');
    this.map = attributes(make('div', 'map'), {role: 'group', 'aria-label': 'Directories by change in size; arrow keys move, Enter goes into one'});
    this.map.addEventListener('keydown', (event) => this.onKey(event));
    this.bar = make('div', 'map-bar', this.path, make('span', 'swatch grew', 'grew'), make('span', 'swatch shrank', 'shrank'));
    new ResizeObserver(() => this.draw()).observe(this.map);
  }

  /* What is in a folder, by how much it changed. */
  itemsOf(folder) {
    const items = [];

    for (const inner of folder.folders.values())
      if (inner.churn)
        items.push({folder: inner, label: inner.name, size: inner.churn, bytes: inner.bytes});
    for (const row of folder.rows)
      if (row.matches && row.bytes)
        items.push({row, label: row.label, size: Math.abs(row.bytes), bytes: row.bytes});
    items.sort((a, b) => b.size - a.size || byUnits(a.label, b.label));
    return items.length > MAP_MOST ? [...items.slice(0, MAP_MOST), this.restOf(folder, items.slice(MAP_MOST))] : items;
  }

  restOf(folder, items) {
    const sum = (key) => items.reduce((total, item) => total + item[key], 0);

    return {rest: folder, label: `${items.length.toLocaleString('en')} more`, size: sum('size'), bytes: sum('bytes')};
  }

  draw() {
    const {clientWidth: width, clientHeight: height} = this.map;

    if (!width)
      return;
    this.map.replaceChildren();
    this.layOut(this.folder, {x: 0, y: 0, width, height}, MAP_DEPTH);
    if (this.map.firstElementChild)
      this.map.firstElementChild.tabIndex = 0;
    else
      this.map.append(make('p', 'muted', 'No file changed in size.'));
    this.drawPath();
  }

  layOut(folder, box, depth) {
    for (const place of squarify(this.itemsOf(folder), box)) {
      if (place.width * place.height < MAP_SPECK)
        continue;
      const isFrame = place.item.folder && depth > 1 && place.width > MAP_LEAST[0] && place.height > MAP_LEAST[1];

      this.addTile(place, isFrame);
      if (isFrame)
        this.layOut(place.item.folder, {
          x: place.x + 3, y: place.y + MAP_HEAD, width: place.width - 6, height: place.height - MAP_HEAD - 3,
        }, depth - 1);
    }
  }

  addTile({item, x, y, width, height}, isFrame) {
    const text = `${item.label} ${change(item.bytes)}`;
    const tile = attributes(button(`${isFrame ? 'frame ' : ''}${item.bytes < 0 ? 'shrank' : ''}`,
      width > 24 && height > 12 ? text : '', () => this.go(item)), {title: text, 'aria-label': text, tabindex: '-1'});

    for (const [side, value] of Object.entries({left: x, top: y, width, height}))
      tile.style[side] = `${value}px`;
    this.map.append(tile);
  }

  go(item) {
    if (item.row)
      this.tree.reveal(item.row);
    else if (item.rest)
      this.tree.revealFolder(item.rest);
    else
      this.enter(item.folder);
  }

  enter(folder) {
    this.folder = folder;
    this.draw();
    if (this.map.firstElementChild)
      this.map.firstElementChild.focus();
  }

  drawPath() {
    const chain = [];

    for (let at = this.folder; at; at = at.parent)
      chain.unshift(at);
    this.path.replaceChildren(...chain.map((folder) => button('link text', folder.name || '/', () => this.enter(folder))));
    if (this.folder.parent)
      this.path.append(' ', button('link', 'show in the list', () => this.tree.revealFolder(this.folder)));
  }

  onKey(event) {
    const tiles = [...this.map.children];
    const at = tiles.indexOf(event.target);
    const steps = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};
    const to = tiles[at + steps[event.key]];

    if (event.key === 'Escape' && this.folder.parent) {
      this.enter(this.folder.parent);
    } else if (to) {
      event.target.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    } else {
      return;
    }
    event.preventDefault();
  }
}
