/* Which rows are shown: the bar above the tree. */

const FILTER_DELAY = 120; // ms without a key, before what was typed counts

/* Letters as they are; with * or ? in them as the patterns of a shell, ** across directories. */
function textMatcher(text) {
  const wanted = text.trim().toLowerCase();

  if (!wanted)
    return () => true;
  if (!/[*?]/.test(wanted))
    return (name) => name.includes(wanted);
  const source = wanted.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*|\*|\?/g, (wild) => ({'**': '.*', '*': '[^/]*', '?': '[^/]'}[wild]));
  const pattern = new RegExp(source, 's');
  return (name) => pattern.test(name);
}

class Filter {
  /* changed is called whenever other rows match. */
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.kinds = new Set();
    this.element = attributes(make('form', 'filter'), {role: 'search', 'aria-label': 'Filter'});
    this.element.addEventListener('submit', (event) => event.preventDefault());
    this.addText();
    this.addKinds();
    this.cause = this.addSelect('Cause', this.causeChoices());
    this.package = this.addSelect('Package', this.packageChoices(), 1);
    this.platform = this.addSelect('Platform', this.platformChoices());
    this.layer = this.addSelect('Layer', this.layerChoices());
    this.order = this.addSelect('Order', [['name', 'By name'], ['weight', 'By weight'], ['size', 'By size']], 2, true);
    this.addConsequences();
    this.status = attributes(make('output'), {'aria-live': 'polite'});
    this.element.append(this.status);
  }

  addText() {
    let timer = 0;

    this.text = attributes(make('input'), {
      type: 'search',
      placeholder: 'Filter by path: nginx, *.pyc, usr/**/bin',
      'aria-label': 'Path',
      spellcheck: 'false',
      autocomplete: 'off',
    });
    this.text.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.apply(), FILTER_DELAY);
    });
    this.element.append(this.text);
  }

  addKinds() {
    const group = attributes(make('span'), {role: 'group', 'aria-label': 'Kind'});

    this.buttons = new Map();
    for (const [kind, word] of Object.entries(KINDS)) {
      if (!this.model.rows.some((row) => row.kind === kind))
        continue;
      const toggle = attributes(button(kind, word, () => this.toggle(kind)), {'aria-pressed': 'false'});
      this.buttons.set(kind, toggle);
      group.append(toggle, ' ');
    }
    this.element.append(group);
  }

  /* choices: of value and text; a list of one choice is no choice. */
  addSelect(label, choices, least = 2, isOrder = false) {
    const select = attributes(make('select'), {'aria-label': label});

    if (choices.length < least)
      return select;
    if (!isOrder)
      select.append(new Option(`${label}: all`, ''));
    for (const [value, text] of choices)
      select.append(new Option(text, value));
    select.addEventListener('change', () => this.apply());
    this.element.append(select);
    return select;
  }

  causeChoices() {
    const {causes, causeSets} = this.model.data;
    const choices = (causes || []).map((cause, i) => [String(i), cause.title]);

    if (!causeSets)
      return [];
    this.causesOf = causeSets.map((set) => new Set(set.map(([cause]) => String(cause))));
    return [...choices, ['none', 'No cause known']];
  }

  packageChoices() {
    return (this.model.data.packages || []).map((item, i) => [String(i), item.name]);
  }

  platformChoices() {
    return [...new Set(this.model.rows.map((row) => row.platform))].filter(Boolean).sort()
      .map((platform) => [platform, platform]);
  }

  layerChoices() {
    const layers = new Set(this.model.rows.map((row) => row.layer).filter((layer) => layer >= 0));

    return [...layers].sort((a, b) => a - b).map((layer) => [String(layer), `Layer ${layer}`]);
  }

  addConsequences() {
    const n = this.model.rows.filter((row) => row.weight === 0).length;

    if (!n)
      return;
    this.consequences = attributes(button('', 'consequences', () => {
      this.withConsequences = !this.withConsequences;
      this.apply();
    }), {title: 'Digests and sizes that differ since what they stand for does'});
    this.element.append(this.consequences);
  }

  toggle(kind) {
    if (!this.kinds.delete(kind))
      this.kinds.add(kind);
    this.apply();
  }

  /* Nothing but this: a kind, a cause (consequences included, since some causes have no others), a
   * package by its number, or all. */
  only({kind = null, cause = '', number = ''} = {}) {
    this.kinds = new Set(kind ? [kind] : []);
    this.withConsequences = Boolean(cause);
    this.text.value = '';
    this.cause.value = cause;
    this.package.value = number;
    this.platform.value = '';
    this.layer.value = '';
    this.apply();
  }

  get isOn() {
    return Boolean(this.text.value.trim() || this.kinds.size || this.cause.value ||
      this.package.value || this.platform.value || this.layer.value);
  }

  causeMatches(row) {
    const wanted = this.cause.value;

    if (!wanted)
      return true;
    return wanted === 'none' ? row.causes < 0 : row.causes >= 0 && this.causesOf[row.causes].has(wanted);
  }

  apply() {
    const matchesText = textMatcher(this.text.value);
    let shown = 0;

    for (const row of this.model.rows) {
      row.matches = (row.weight > 0 || Boolean(this.withConsequences)) &&
        (!this.kinds.size || this.kinds.has(row.kind)) &&
        (!this.platform.value || row.platform === this.platform.value) &&
        (!this.layer.value || String(row.layer) === this.layer.value) &&
        (!this.package.value || String(row.package) === this.package.value) &&
        this.causeMatches(row) && matchesText(row.name.toLowerCase());
      shown += row.matches;
    }
    for (const [kind, toggle] of this.buttons)
      toggle.setAttribute('aria-pressed', String(this.kinds.has(kind)));
    if (this.consequences)
      this.consequences.setAttribute('aria-pressed', String(Boolean(this.withConsequences)));
    this.model.count();
    this.status.textContent = this.isOn
      ? `${plural(shown, 'difference')} of ${this.model.rows.length.toLocaleString('en')} match`
      : plural(shown, 'difference');
    this.changed();
  }
}
