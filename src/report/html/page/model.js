/* What the page tells, as objects: rows, one for each difference, and the folders they stand in. */

const KINDS = {
  A: 'added',
  D: 'removed',
  M: 'changed',
  m: 'metadata',
  C: 'settings',
};

/* Deeper paths are not nested further: a browser cannot lay out thousands of levels. */
const DEEPEST = 48;

const SETTINGS = 'image settings';

class Row {
  constructor(values, index, data) {
    this.kind = values[0];
    this.weight = values[1];
    [this.context, this.platform] = data.contexts[values[2]];
    this.name = values[3];
    this.words = values[4];
    this.before = values[5];
    this.after = values[6];
    this.layerBefore = values[7];
    this.layerAfter = values[8];
    this.causes = values[9]; // a number of data.causeSets, or -1
    this.package = values[10]; // a number of data.packages, or -1
    this.index = index;
    this.bytes = Math.max(this.after, 0) - Math.max(this.before, 0);
    this.matches = true;
  }

  get layer() {
    return this.layerAfter >= 0 ? this.layerAfter : this.layerBefore;
  }
}

class Folder {
  constructor(name, parent) {
    this.name = name; // with the slash at its end
    this.parent = parent;
    this.folders = new Map();
    this.rows = [];
    this.open = false;
    this.reset();
  }

  reset() {
    this.counts = {A: 0, D: 0, M: 0, m: 0, C: 0};
    this.total = 0;
    this.bytes = 0; // the sum of all changes in size
    this.churn = 0; // the sum of what they come to without their signs
    this.weight = 0;
  }

  count(row) {
    for (let folder = this; folder; folder = folder.parent) {
      folder.counts[row.kind]++;
      folder.total++;
      folder.bytes += row.bytes;
      folder.churn += Math.abs(row.bytes);
      folder.weight = Math.max(folder.weight, row.weight);
    }
  }

  get path() {
    return (this.parent && this.parent.parent ? this.parent.path : '') + this.name;
  }
}

/* "usr/lib/" -> ["usr/", "lib/"] */
function components(directory) {
  const parts = directory.match(/[^/]*\/+/g) || [];

  while (parts.length && parts[0] === './')
    parts.shift();
  if (parts.length > DEEPEST)
    parts.splice(DEEPEST - 1, parts.length, parts.slice(DEEPEST - 1).join(''));
  return parts;
}

/* Of several images that were compared, the one that a context is about: "linux/arm64/", or where
 * it has no name, "manifests-0/". */
function scopeOf([context, platform]) {
  const found = /^\/((?:manifests-\d+\/)+)/.exec(`${context}/`);

  if (platform)
    return `${platform}/`;
  return found ? found[1] : '';
}

class Model {
  constructor(data) {
    this.data = data;
    this.folders = [];
    this.root = this.addFolder('', null);
    this.rows = data.rows.map((values, index) => new Row(values, index, data));
    this.scopes = new Map(data.contexts.map((context) => [context[0], scopeOf(context)]));
    this.isOneImage = new Set(this.scopes.values()).size <= 1;
    this.directories = new Map(); // by scope and path: most rows stand beside others
    for (const row of this.rows)
      this.place(row);
    this.count();
  }

  addFolder(name, parent) {
    const folder = new Folder(name, parent);

    this.folders.push(folder);
    return folder;
  }

  folderIn(parent, name) {
    let folder = parent.folders.get(name);

    if (!folder) {
      folder = this.addFolder(name, parent);
      parent.folders.set(name, folder);
    }
    return folder;
  }

  /* The folder of a directory, "" for what lies in none; of settings null. */
  folderOf(scope, directory) {
    const key = `${scope}\n${directory}`;
    let folder = this.directories.get(key);

    if (folder)
      return folder;
    folder = this.isOneImage ? this.root : this.folderIn(this.root, scope || '(index)');
    for (const part of directory === null ? [SETTINGS] : components(directory))
      folder = this.folderIn(folder, part);
    this.directories.set(key, folder);
    return folder;
  }

  /* A directory's own row stands beside what is in it. */
  place(row) {
    const {name} = row;
    const start = row.kind === 'C' ? 0 : name.lastIndexOf('/', name.length - 2) + 1;

    row.label = start ? name.slice(start) : name;
    row.folder = this.folderOf(this.scopes.get(row.context), row.kind === 'C' ? null : name.slice(0, start));
    row.folder.rows.push(row);
  }

  /* Counts what matches anew. */
  count() {
    for (const folder of this.folders)
      folder.reset();
    for (const row of this.rows)
      if (row.matches)
        row.folder.count(row);
  }

  /* What is known of one row beyond its line; read when it is asked for. */
  detail(row) {
    const size = this.data.chunk;
    const chunk = Math.floor(row.index / size);

    if (this.chunk !== chunk) {
      this.chunk = chunk;
      this.details = JSON.parse(document.getElementById(`details-${chunk}`).textContent);
    }
    return this.details[row.index % size];
  }
}
