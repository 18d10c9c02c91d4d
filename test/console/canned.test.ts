import { describe, expect, test } from 'vitest';
import { customerVariables, fillIn, unfilled } from '../../console/inbox/canned.ts';

const page = { language: 'German', page: 'Prices' };

describe('variables of a customer', () => {
  test('are what the site vouches for: name, address and traits', () => {
    const known = customerVariables(
      { name: 'Kim Lee', email: 'kim@shop.example', traits: { plan: 'gold', orders: 3, isBeta: true } },
      page,
    );
    const text =
      'Hello {{customer.name}} ({{ customer.email }}), {{customer.plan}}, {{customer.orders}}, {{customer.isBeta}}';
    expect(fillIn(text, known)).toBe('Hello Kim Lee (kim@shop.example), gold, 3, true');
  });

  test('nobody vouches: the name stays as it is written, and is pointed out', () => {
    const text = fillIn(
      'Hello {{customer.name}}, {{customer.language}}, {{customer.page}}',
      customerVariables(undefined, page),
    );
    expect(text).toBe('Hello {{customer.name}}, German, Prices');
    expect(unfilled(text)).toEqual(['{{customer.name}}']);
  });

  test('a trait that is called name or email stands for neither', () => {
    const known = customerVariables({ traits: { name: 'gold member', Email: 'x' } }, {});
    expect(known).toEqual({});
    const both = customerVariables({ name: 'Kim', traits: { name: 'gold member' } }, {});
    expect(both).toEqual({ 'customer.name': 'Kim' });
  });

  test('what a value holds is text, whatever it looks like', () => {
    const known = customerVariables({ name: '{{agent.name}} $& $1', traits: {} }, {});
    expect(fillIn('{{customer.name}}', { ...known, 'agent.name': 'Ana' })).toBe('{{agent.name}} $& $1');
  });

  test('what every object has is no variable', () => {
    expect(fillIn('{{constructor}} {{tostring}}', {})).toBe('{{constructor}} {{tostring}}');
  });
});
