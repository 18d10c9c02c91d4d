import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;

/** This machine, in both families: what demos and tests allow themselves. */
export const loopbackRanges: readonly string[] = ['127.0.0.0/8', '::1/128'];

/**
 * Public by its range, yet it answers inside one provider's network alone, with secrets of the machine (Azure's
 * "wire server"). Those of the others are link-local, shared or unique local, and so refused with their ranges.
 */
const metadataAddresses: readonly string[] = ['168.63.129.16'];

/** All of IPv6 that is given out for the open internet. The rest wraps IPv4 addresses, or is nobody's. */
const globalIpv6 = ipaddr.parseCIDR('2000::/3');

/** Whether an address may be called. */
export type AddressRule = (address: string) => boolean;

/** `10.0.0.0/8`, or one address. @returns null for anything else */
function rangeOf(text: string): [Address, number] | null {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** What an operator may allow: a range, one address, or `all`. */
export const isAllowance = (text: string): boolean => text === 'all' || rangeOf(text) !== null;

/**
 * Which addresses may be called: public ones, and what the operator allows besides. Everything that is not plainly
 * public is refused: private, loopback, link-local (cloud metadata), shared (CGNAT), unique local, multicast,
 * unspecified, reserved, and whatever wraps an IPv4 address into an IPv6 one.
 * @param allowed ranges (CIDR), single addresses, or `all`
 */
export function createAddressRule(allowed: readonly string[]): AddressRule {
  const isAll = allowed.includes('all');
  const ranges = allowed.flatMap((text) => {
    const range = rangeOf(text);
    return range === null ? [] : [range];
  });
  return (text) => {
    if (isAll) return true;
    if (!ipaddr.isValid(text)) return false;
    // An IPv4 address in IPv6's clothes (::ffff:127.0.0.1) is judged as what it is.
    const address = ipaddr.process(text);
    const isListed = ranges.some(
      ([range, bits]) => address.kind() === range.kind() && address.match(range, bits),
    );
    if (isListed) return true;
    if (address.kind() === 'ipv6' && !address.match(...globalIpv6)) return false;
    return address.range() === 'unicast' && !metadataAddresses.includes(address.toString());
  };
}

/** The host as a resolver takes it: IPv6 addresses stand in brackets in a URL. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** The address as a URL that may be called at all. @returns what is wrong with it, otherwise */
export function webUrl(text: string): URL | string {
  // The parser turns 2130706433, 0x7f.1 and 0177.0.0.1 into 127.0.0.1, and takes no IPv6 zones.
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return 'is no http or https address';
  // They would end up in logs, and are sent to whoever answers there.
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password';
  return url;
}

/**
 * The first private address that this one leads to, for whoever enters it. A name that nobody knows now leads nowhere:
 * it may be known later, and is looked at again with each connection.
 * @returns null if it would be called
 */
export async function refusedAddress(url: URL, mayCall: AddressRule): Promise<string | null> {
  const host = hostOf(url);
  const addresses = ipaddr.isValid(host) ? [host] : await lookup(host, { all: true }).then(listed, () => []);
  return addresses.find((address) => !mayCall(address)) ?? null;
}

const listed = (found: readonly { address: string }[]): string[] => found.map(({ address }) => address);
