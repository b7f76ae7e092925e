/* The tree of directories. An item is made when the folder it stands in is opened, a chunk of them
 * at a time; keys are those of the ARIA Authoring Practices' tree view. */

const CHUNK = 200;       // items that are made at once
const OPEN_AT_FIRST = 60; // rows that are opened to unasked
const OPEN_AT_MOST = 3000; // rows that "Open all" opens to
const ROW_HEIGHT = 26;   // px, roughly: what is not laid out yet

const ORDERS = {
  name: () => 0,
  weight: (a, b) => b.weight - a.weight,
  size: (a, b) => b.churn - a.churn,
};

const NATURAL_UP_TO = 5000; // names that are put in natural order, which takes long
const natural = new Intl.Collator('en', {numeric: true});

function byUnits(a, b) {
  return a < b ? -1 : Number(a > b);
}

/* What is listed in a folder: folders first, unless the order says otherwise. Folders that hold one
 * folder and nothing else are one line with it. */
function entriesOf(folder, order) {
  const entries = [];

  for (let inner of folder.folders.values()) {
    let label = inner.name;

    if (!inner.total)
      continue;
    for (let only = onlyFolder(inner); only; only = onlyFolder(inner)) {
      inner = only;
      label += inner.name;
    }
    entries.push({folder: inner, label, weight: inner.weight, churn: inner.churn});
  }
  for (const row of folder.rows)
    if (row.matches)
      entries.push({row, label: row.label, weight: row.weight, churn: Math.abs(row.bytes)});
  const byName = entries.length > NATURAL_UP_TO ? byUnits : natural.compare;
  return entries.sort((a, b) => ORDERS[order](a, b) || rankOf(a) - rankOf(b) ||
    byName(a.label, b.label) || byUnits(a.label, b.label));
}

function rankOf({row, folder}) {
  return row ? 2 : Number(folder.name !== SETTINGS);
}

function onlyFolder(folder) {
  if (folder.rows.some((row) => row.matches))
    return null;
  const inner = [...folder.folders.values()].filter((one) => one.total);
  return inner.length === 1 ? inner[0] : null;
}

class Item {
  constructor(entry, parent, position, size) {
    this.entry = entry;
    this.parent = parent;
    this.position = position;
    this.level = parent ? parent.level + 1 : 0;
    this.size = size; // how many stand beside it
    this.children = null; // those made so far
    this.isOpen = false;
  }
}

class Tree {
  constructor(model, filter) {
    this.model = model;
    this.filter = filter;
    this.items = new WeakMap();
    this.element = attributes(make('div', 'tree'), {role: 'tree', 'aria-label': 'Differences'});
    this.element.addEventListener('click', (event) => this.onClick(event));
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    this.watcher = new IntersectionObserver((seen) => this.onSeen(seen), {rootMargin: '1000px'});
    this.typed = '';
  }

  /* Everything anew, with the folders open that were. */
  render() {
    this.watcher.disconnect();
    this.element.replaceChildren();
    this.current = null;
    this.root = new Item({folder: this.model.root, label: ''}, null, 0, 1);
    this.openAtFirst();
    this.fill(this.root, this.element);
    if (this.root.children.length)
      this.setCurrent(this.root.children[0]);
    else
      this.element.append(make('p', 'muted', 'Nothing matches.'));
  }

  /* Opens as many levels as stay in view. */
  openAtFirst(most = OPEN_AT_FIRST) {
    let level = [this.model.root];
    let shown = 0;

    while (level.length && shown < most) {
      const next = level.flatMap((folder) => [...folder.folders.values()].filter((one) => one.total));

      shown += level.reduce((sum, folder) => sum + folder.rows.filter((row) => row.matches).length, 0) + next.length;
      if (shown > most)
        break;
      for (const folder of next)
        folder.open = true;
      level = next;
    }
  }

  openAll() {
    this.openAtFirst(OPEN_AT_MOST);
    this.render();
  }

  closeAll() {
    for (const folder of this.model.folders)
      folder.open = false;
    this.watcher.disconnect();
    this.element.replaceChildren();
    this.root = new Item({folder: this.model.root, label: ''}, null, 0, 1);
    this.fill(this.root, this.element);
    if (this.root.children.length)
      this.setCurrent(this.root.children[0]);
  }

  // ---- making items ----

  fill(item, group) {
    item.group = group;
    item.children = [];
    item.waiting = entriesOf(item.entry.folder, this.filter.order.value);
    item.size = item.waiting.length;
    this.addChunk(item);
  }

  /* The next items of a folder, and below them what asks for more. */
  addChunk(item) {
    const entries = item.waiting.splice(0, CHUNK);
    const chunk = attributes(make('div', 'chunk'), {role: 'none'});

    if (item.more) {
      this.watcher.unobserve(item.more);
      item.more.remove();
      item.more = null;
    }
    for (const entry of entries)
      this.addItem(item, entry, chunk);
    if (entries.length === CHUNK)
      chunk.style.containIntrinsicBlockSize = `auto ${entries.length * ROW_HEIGHT}px`;
    else
      chunk.style.contentVisibility = 'visible';
    item.group.append(chunk);
    if (item.waiting.length) {
      item.more = button('link more', `${item.waiting.length.toLocaleString('en')} more`, () => this.addChunk(item));
      item.more.tabIndex = -1;
      item.more.item = item;
      item.group.append(item.more);
      this.watcher.observe(item.more);
    }
  }

  onSeen(seen) {
    for (const {isIntersecting, target} of seen)
      if (isIntersecting && target.isConnected)
        this.addChunk(target.item);
  }

  addItem(parent, entry, chunk) {
    const item = new Item(entry, parent, parent.children.length, 0);
    const element = attributes(make('div', entry.row ? 'leaf' : 'directory'), {
      role: 'treeitem',
      tabindex: '-1',
      'aria-level': item.level,
      'aria-setsize': parent.size,
      'aria-posinset': item.position + 1,
      'aria-expanded': 'false',
      'aria-label': entry.row ? rowLabel(entry) : folderLabel(entry),
    });

    element.append(entry.row ? rowLine(this.model, entry) : folderLine(entry));
    item.element = element;
    this.items.set(element, item);
    parent.children.push(item);
    chunk.append(element);
    if (entry.folder && entry.folder.open)
      this.open(item);
  }

  open(item) {
    if (item.isOpen)
      return;
    item.isOpen = true;
    item.element.setAttribute('aria-expanded', 'true');
    if (item.entry.row) {
      item.element.append(detailOf(this.model, item.entry.row));
      return;
    }
    item.entry.folder.open = true;
    const group = attributes(make('div', 'group'), {role: 'group'});
    item.element.append(group);
    this.fill(item, group);
  }

  close(item) {
    if (!item.isOpen)
      return;
    item.isOpen = false;
    item.element.setAttribute('aria-expanded', 'false');
    item.element.lastElementChild.remove();
    item.children = null;
    if (item.entry.folder)
      item.entry.folder.open = false;
  }

  // ---- moving about ----

  setCurrent(item, focus = false) {
    if (this.current)
      this.current.element.tabIndex = -1;
    this.current = item;
    item.element.tabIndex = 0;
    if (focus)
      item.element.focus();
  }

  /* The one beside it, made if it has to be. */
  sibling(item, step) {
    const {parent} = item;

    if (step > 0 && item.position + 1 === parent.children.length && parent.waiting.length)
      this.addChunk(parent);
    return parent.children[item.position + step];
  }

  next(item) {
    if (item.children && item.children.length)
      return item.children[0];
    for (let at = item; at.parent; at = at.parent) {
      const beside = this.sibling(at, 1);

      if (beside)
        return beside;
    }
    return item;
  }

  last(item) {
    let at = item;

    while (at.children && at.children.length)
      at = at.children[at.children.length - 1];
    return at;
  }

  previous(item) {
    const beside = this.sibling(item, -1);

    if (beside)
      return this.last(beside);
    return item.parent.parent ? item.parent : item;
  }

  /* Opens what leads to a row, shows its details, and goes there. */
  reveal(row) {
    let item = this.root;

    if (!row.matches)
      this.filter.only();
    item = this.root;
    while (!item.entry.row) {
      item = this.childTowards(item, row);
      this.open(item);
    }
    this.setCurrent(item);
    item.element.focus({preventScroll: true});
    item.element.scrollIntoView({block: 'center'});
  }

  revealFolder(folder) {
    const row = this.model.rows.find((one) => one.matches && isWithin(one.folder, folder));
    let item = this.root;

    while (row && item.entry.folder && (item === this.root || !isWithin(item.entry.folder, folder))) {
      item = this.childTowards(item, row);
      this.open(item);
    }
    if (item === this.root)
      return;
    this.setCurrent(item);
    item.element.focus({preventScroll: true});
    item.element.scrollIntoView({block: 'start'});
  }

  childTowards(item, row) {
    const leads = (entry) => (entry.row ? entry.row === row : isWithin(row.folder, entry.folder));

    while (item.waiting.some(leads))
      this.addChunk(item);
    return item.children.find((child) => leads(child.entry));
  }

  onClick(event) {
    const element = event.target.closest('.row') && event.target.closest('[role="treeitem"]');
    const item = element && this.items.get(element);

    if (!item || !String(document.getSelection()) === false)
      return;
    this.setCurrent(item, true);
    this.toggle(item);
  }

  toggle(item) {
    if (item.isOpen)
      this.close(item);
    else
      this.open(item);
  }

  onKey(event) {
    const item = this.items.get(event.target);
    const action = item && !event.ctrlKey && !event.altKey && !event.metaKey && this.actions[event.key];

    if (action) {
      action.call(this, item);
    } else if (item && event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      this.typeAhead(item, event.key);
    } else {
      return;
    }
    event.preventDefault();
  }

  right(item) {
    if (!item.isOpen)
      this.open(item);
    else if (item.children)
      this.setCurrent(this.next(item), true);
  }

  left(item) {
    if (item.isOpen)
      this.close(item);
    else if (item.parent.parent)
      this.setCurrent(item.parent, true);
  }

  openSiblings(item) {
    for (const beside of item.parent.children)
      if (beside.entry.folder)
        this.open(beside);
  }

  /* Goes to the next item beside or below that begins with what was typed. */
  typeAhead(item, letter) {
    const now = Date.now();

    this.typed = (now - (this.typedAt || 0) < 700 ? this.typed : '') + letter.toLowerCase();
    this.typedAt = now;
    for (let at = this.typed.length > 1 ? item : this.next(item), n = 0; n < OPEN_AT_MOST; n++) {
      if (at.entry.label.toLowerCase().startsWith(this.typed)) {
        this.setCurrent(at, true);
        return;
      }
      const after = this.next(at);
      if (after === at)
        return;
      at = after;
    }
  }
}

Tree.prototype.actions = {
  ArrowDown(item) { this.setCurrent(this.next(item), true); },
  ArrowUp(item) { this.setCurrent(this.previous(item), true); },
  ArrowRight: Tree.prototype.right,
  ArrowLeft: Tree.prototype.left,
  Enter: Tree.prototype.toggle,
  ' ': Tree.prototype.toggle,
  Home() { this.setCurrent(this.root.children[0], true); },
  End() { this.setCurrent(this.last(this.root), true); },
  '*': Tree.prototype.openSiblings,
};

function isWithin(folder, outer) {
  for (let at = folder; at; at = at.parent)
    if (at === outer)
      return true;
  return false;
}

// ---- the lines ----

function folderLabel({label, folder}) {
  const words = Object.keys(KINDS).filter((kind) => folder.counts[kind])
    .map((kind) => `${folder.counts[kind]} ${KINDS[kind]}`);

  return [label, ...words, folder.bytes ? change(folder.bytes) : ''].filter(Boolean).join(', ');
}

function folderLine({label, folder}) {
  const counts = make('span', 'counts');

  for (const [kind, word] of Object.entries(KINDS))
    if (folder.counts[kind])
      counts.append(attributes(make('span', `count ${kind}`, `${folder.counts[kind].toLocaleString('en')} ${kind}`), {title: word}));
  return make('div', 'row', make('span', 'twist'), make('span', ''),
    make('span', 'label', imageText(label, 'name'), counts),
    make('span', 'size', folder.bytes ? change(folder.bytes) : ''));
}

function rowLabel({label, row}) {
  return `${KINDS[row.kind]}: ${label}, ${row.words}`;
}

function rowLine(model, {label, row}) {
  const causes = row.causes >= 0 ? model.data.causeSets[row.causes] : [];

  return make('div', 'row', make('span', 'twist'), attributes(make('span', `mark ${row.kind}`, row.kind), {title: KINDS[row.kind]}),
    make('span', 'label', imageText(label, 'name'), imageText(row.words, 'words'),
      ...causes.map(([cause, strength]) => make('span', 'chip', model.data.causes[cause].title + (strength === 'likely' ? '?' : '')))),
    make('span', 'size', row.bytes ? change(row.bytes) : ''));
}
