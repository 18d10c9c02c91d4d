/** The company's own chat: it was there before, and knows nothing of Handrail. */

const answers = [
  [
    /\b(card)\b.*\b(where|come|arriv|late|new|wait)|\b(where|when)\b.*\bcard\b/i,
    'A new card takes 5 working days.',
  ],
  [/\b(fee|cost|charge|charged|price)/i, 'Paying is free. Cash is free up to €300 a month, then 2 %.'],
  [/\btop[ -]?up\b/i, 'A top-up by bank transfer arrives within one working day.'],
];
const unknown = 'I only know about cards, fees and top-ups.';

const said = document.querySelector('#said');
// What scrolls must be within the keyboard's reach.
said.tabIndex = 0;
const form = document.querySelector('#form');
const question = document.querySelector('#question');

/** What has been said, oldest first; kept while this tab is open. */
export const lines = JSON.parse(sessionStorage.getItem('nora') ?? '[]');
const listeners = [];

/** Calls with each answer of Nora and its question, and with the element under which something may be placed. */
export function onAnswer(listener) {
  listeners.push(listener);
}

/** Shows a line of somebody else in this chat, for example of a person. */
export function show(author, text, name) {
  const item = document.createElement('div');
  item.className = author;
  if (name) {
    const who = document.createElement('p');
    who.className = 'name';
    who.textContent = name;
    item.append(who);
  }
  const words = document.createElement('p');
  words.className = 'text';
  words.textContent = text;
  item.append(words);
  said.append(item);
  said.scrollTop = said.scrollHeight;
  return item;
}

function add(line, before) {
  const item = show(line.author, line.text);
  if (line.author === 'bot' && before) {
    for (const listener of listeners) listener({ question: before.text, answer: line.text }, item);
  }
  said.scrollTop = said.scrollHeight;
}

function say(author, text) {
  lines.push({ author, text, at: Date.now() });
  sessionStorage.setItem('nora', JSON.stringify(lines));
  add(lines.at(-1), lines.at(-2));
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (text === '') return;
  question.value = '';
  say('customer', text);
  say('bot', answers.find(([words]) => words.test(text))?.[1] ?? unknown);
});

/** Shows what was said in this tab before; to be called once everybody listens. */
export function start() {
  if (lines.length === 0) show('bot', 'Hi, I am Nora. What would you like to know?');
  for (const [index, line] of lines.entries()) add(line, lines[index - 1]);
}
