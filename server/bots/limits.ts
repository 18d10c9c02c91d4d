/** What a bot may take: time and size of one reply. */
export interface Limits {
  /** Longest wait for the first piece, ms. */
  readonly firstByteMs: number;
  /** Longest reply in all, ms. */
  readonly totalMs: number;
  /** Largest reply as it comes over the wire, bytes. */
  readonly maxBytes: number;
}

/** Least and most of each, for an installation and for a site: an hour, and what a server can hold of a few at a time. */
export const limitBounds: { readonly [K in keyof Limits]: readonly [least: number, most: number] } = {
  firstByteMs: [100, 600_000],
  totalMs: [100, 3_600_000],
  maxBytes: [1_000, 100_000_000],
};

/** A site's own limits; what it leaves out is the installation's. */
export const limitsOf = (own: Partial<Limits>, installation: Limits): Limits => ({ ...installation, ...own });
