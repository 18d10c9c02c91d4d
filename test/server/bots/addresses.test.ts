import { describe, expect, test } from 'vitest';
import {
  createAddressRule,
  isAllowance,
  loopbackRanges,
  refusedAddress,
  webUrl,
} from '../../../server/bots/addresses.ts';

describe('addresses', () => {
  const none = createAddressRule([]);

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '::7f00:1',
    '1::1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '100::1',
    '3fff::1',
    'fe80::1%eth0',
    'no address',
    '',
  ])('%s is not public', (address) => {
    expect(none(address)).toBe(false);
  });

  test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    '%s is public',
    (address) => {
      expect(none(address)).toBe(true);
    },
  );

  test('what the operator allows may be called, and no more', () => {
    const some = createAddressRule(['10.1.0.0/16', '192.168.7.7', 'fd00::/8', '::1']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.168.7.7', 'fd12::1', '::1', '8.8.8.8']) {
      expect(some(address), address).toBe(true);
    }
    for (const address of ['10.2.0.1', '192.168.7.8', '127.0.0.1', 'fe80::1'])
      expect(some(address), address).toBe(false);
    expect(createAddressRule(['all'])('169.254.169.254')).toBe(true);
  });

  test('an allowance is a range, an address or all', () => {
    for (const text of ['10.0.0.0/8', '10.1.2.3', 'fd00::/8', '::1', 'all'])
      expect(isAllowance(text), text).toBe(true);
    for (const text of [
      '',
      '10',
      '0x7f.1',
      '10.0.0.0/33',
      'localhost',
      '10.0.0.0/8,',
      'fe80::/129',
      'ALL ',
    ]) {
      expect(isAllowance(text), text).toBe(false);
    }
  });

  test.each([
    'ftp://a.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'a.example',
    '//a.example',
    '',
    'http://',
    'http://user:pass@a.example/',
    'http://user@a.example/',
    'http://[fe80::1%25eth0]/',
    'http://[::1',
  ])('%s is no address for a bot', (text) => {
    expect(webUrl(text)).toBeTypeOf('string');
  });

  test('whoever enters an address hears at once that it would be refused', async () => {
    const refused = (url: string, rule = none) => refusedAddress(new URL(url), rule);
    expect(await refused('http://localhost:8090/reply')).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(await refused('http://[::ffff:127.0.0.1]/')).toBe('::ffff:7f00:1');
    expect(await refused('http://8.8.8.8/')).toBeNull();
    expect(await refused('http://no-such-name.invalid/')).toBeNull();
    expect(await refused('http://localhost:8090/', createAddressRule(loopbackRanges))).toBeNull();
  });
});
