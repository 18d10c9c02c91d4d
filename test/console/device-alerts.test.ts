import { expect, test } from 'vitest';
import { delayText, scheduleText } from '../../console/settings/device-alerts.ts';

test.each([
  [0, 'at once'],
  [400, 'at once'],
  [30_000, 'after 30 seconds'],
  [60_000, 'after a minute'],
  [89_000, 'after 89 seconds'],
  [120_000, 'after 2 minutes'],
  [3_600_000, 'after 60 minutes'],
])('%i ms is said as "%s"', (ms, text) => {
  expect(delayText(ms)).toBe(text);
});

test('what a site does is said in the order in which it happens', () => {
  const steps = [
    { channel: 'email', afterMs: 60_000 },
    { channel: 'webhook', afterMs: 30_000 },
    { channel: 'push', afterMs: 0 },
  ] as const;
  expect(scheduleText([...steps])).toBe(
    'your devices at once, the team’s webhook after 30 seconds, e-mail after a minute',
  );
});
