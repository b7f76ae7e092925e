'use strict';

/* Elements are made one by one, never of markup: whatever an image holds only ever becomes text. */
function make(tag, className, ...content) {
  const element = document.createElement(tag);

  if (className)
    element.className = className;
  element.append(...content.filter((item) => item !== null && item !== undefined));
  return element;
}

/* A span for text from an image. */
function imageText(text, className = '') {
  return make('span', `text ${className}`.trim(), text);
}

function attributes(element, values) {
  for (const [name, value] of Object.entries(values))
    element.setAttribute(name, value);
  return element;
}

function button(className, label, action) {
  const element = attributes(make('button', className, label), {type: 'button'});

  element.addEventListener('click', action);
  return element;
}

/* Amounts as the rest of diffoci writes them: decimal units, a digit behind the point below 10. */
function amount(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = Math.abs(bytes);
  let unit = 0;

  while (value >= 999.5 && unit + 1 < units.length) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

function change(bytes) {
  const sign = bytes > 0 ? '+' : bytes < 0 ? '-' : '';

  return sign + amount(bytes);
}

function plural(n, word) {
  return `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;
}
