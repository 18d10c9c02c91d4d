import fc from 'fast-check';

export const agents = [
  { id: 'agent-ana', name: 'Ana' },
  { id: 'agent-ben', name: 'Ben' },
] as const;

export const cid = '0198c0de-0000-7000-8000-000000000001';

export const promise = 'One of our agents will call you back within the hour.';

export const text = fc.oneof(
  fc.constantFrom(
    'hello',
    'where is my card?',
    ' x\ny ',
    'é😀',
    'I want to talk to a real person',
    'are you a bot?',
    'this is very urgent',
    'this is useless, you stupid machine!',
    promise,
    "Sorry, I didn't understand that.",
  ),
  fc.string({ minLength: 1 }).filter((said) => said.trim() !== ''),
);
export const comment = fc.oneof(fc.constant(''), fc.string({ maxLength: 20 }));
export const agent = fc.constantFrom(...agents);
