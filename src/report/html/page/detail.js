/* What a difference opens to: its fields, its causes with their evidence, the difference of its
 * text. */

/* Where two values differ: what they begin and end with alike stays as it is. */
function markDifference(value, other) {
  let start = 0;
  let end = 0;
  const most = Math.min(value.length, other.length);

  while (start < most && value[start] === other[start])
    start++;
  while (end < most - start && value[value.length - 1 - end] === other[other.length - 1 - end])
    end++;
  return [value.slice(0, start), make('mark', '', value.slice(start, value.length - end)), value.slice(value.length - end)];
}

function valueCell(value, other) {
  if (value === null)
    return make('td', '', make('span', 'absent', 'absent'));
  if (value === '')
    return make('td', '', make('span', 'absent', 'empty'));
  const shown = imageText('', 'value');
  shown.append(...(other === null || other === '' ? [value] : markDifference(value, other)));
  return make('td', '', shown);
}

function tableOf(className, head, rows) {
  const columns = make('colgroup', '', make('col', 'field'), make('col'), make('col'));
  const header = make('tr', '', ...head.map((text) => attributes(make('th', '', text), {scope: 'col'})));

  return make('table', className, columns, make('thead', '', header), make('tbody', '', ...rows));
}

function fieldRows(fields) {
  return fields.map(([name, before, after]) => make('tr', '',
    attributes(make('th', '', imageText(name)), {scope: 'row'}), valueCell(before, after), valueCell(after, before)));
}

const STRENGTHS = {
  proven: 'proven: all that differs was looked at, and is this',
  part: 'a part of what differs',
  likely: 'likely: usually so; not looked into',
};

const EVIDENCE = {
  name: 'by its name',
  'first difference': 'by where the contents differ first',
  field: 'by the field that differs',
  content: 'by the contents as a whole',
};

function causeOf(model, found) {
  const cause = model.data.causes[found.cause];
  const part = make('div', '', make('p', '', make('b', '', cause.title), ' ',
    make('span', `chip ${found.strength === 'proven' && found.harmless ? 'harmless' : ''}`,
      found.strength === 'proven' && found.harmless ? 'proven harmless' : found.strength)));

  part.append(make('p', '', cause.text),
    make('p', 'muted', `Found ${EVIDENCE[found.evidence] || found.evidence}; ${STRENGTHS[found.strength] || found.strength}.`));
  if (found.values)
    part.append(tableOf('', ['found', 'input 0', 'input 1'], fieldRows(found.values)));
  if (found.more)
    part.append(make('p', 'muted', `and ${plural(found.more, 'other value')}`));
  part.append(make('p', '', make('b', '', 'Fix: '), cause.fix));
  return part;
}

function placeOf(row) {
  const sides = [row.layerBefore, row.layerAfter].map((layer) => (layer >= 0 ? `layer ${layer}` : ''));
  const layers = sides[0] && sides[1] && sides[0] !== sides[1] ? `${sides[0]} and ${sides[1]}` : sides[0] || sides[1];

  return make('p', 'muted', layers ? `In ${layers}, ` : 'At ', imageText(row.context),
    row.platform ? ', ' : '', row.platform ? imageText(row.platform) : '');
}

function detailOf(model, row) {
  const {fields = [], evidence = [], left = '', patch = null} = model.detail(row);
  const detail = make('div', `detail ${row.kind}`);

  if (row.label !== row.name)
    detail.append(make('p', '', imageText(row.name)));
  detail.append(make('p', '', imageText(row.words)), placeOf(row));
  if (fields.length)
    detail.append(make('h3', '', 'Fields that differ'), tableOf('', ['field', 'input 0', 'input 1'], fieldRows(fields)));
  if (evidence.length)
    detail.append(make('h3', '', evidence.length > 1 ? 'Causes' : 'Cause'), ...evidence.map((found) => causeOf(model, found)));
  if (left)
    detail.append(make('p', '', 'No cause is known for: ', imageText(left)));
  if (patch)
    detail.append(make('h3', '', 'What differs in the content'), sideBySide(patch));
  return detail;
}

// ---- a unified difference, side by side ----

/* Pairs of lines [number, text, class] or null, and hunks' headings as texts. */
function linesOf(patch) {
  const lines = [];
  const waiting = {old: [], new: []};
  let numbers = {old: NaN, new: NaN}; // of bytes there are none
  const settle = () => {
    for (let i = 0; i < Math.max(waiting.old.length, waiting.new.length); i++)
      lines.push([waiting.old[i] || null, waiting.new[i] || null]);
    waiting.old = [];
    waiting.new = [];
  };

  for (const line of patch.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);

    if (hunk || /^[^-+ ]/.test(line)) {
      settle();
      if (hunk)
        numbers = {old: Number(hunk[1]), new: Number(hunk[2])};
      lines.push(line);
    } else if (line[0] === '-') {
      waiting.old.push([numbers.old++, line.slice(1), 'old']);
    } else if (line[0] === '+') {
      waiting.new.push([numbers.new++, line.slice(1), 'new']);
    } else if (line) {
      settle();
      lines.push([[numbers.old++, line.slice(1), ''], [numbers.new++, line.slice(1), '']]);
    }
  }
  settle();
  return lines;
}

function sideBySide(patch) {
  const body = make('tbody');
  const cells = (side) => (side
    ? [make('td', `line ${side[2]}`, Number.isNaN(side[0]) ? '' : String(side[0])), make('td', side[2], side[1])]
    : [make('td', 'line'), make('td')]);

  for (const line of linesOf(patch)) {
    if (typeof line === 'string')
      body.append(make('tr', 'hunk', attributes(make('td', '', line), {colspan: '4'})));
    else
      body.append(make('tr', '', ...cells(line[0]), ...cells(line[1])));
  }
  return make('div', 'patch', make('table', '',
    make('colgroup', '', make('col', 'line'), make('col'), make('col', 'line'), make('col')), body));
}
