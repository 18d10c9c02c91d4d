/** For a vector its product with each of many others of the same length. */
export type Products = (vector: Float32Array) => Float32Array;

const pageBytes = 65_536;
/** Floats that are gone through in one round: four sums of four. */
const round = 16;
const [sums, floatBytes] = [4, 4];
/** The four of a sum. */
const lanes = [0, 1, 2, 3];

/**
 * Most of all time with meanings goes here: thousands of texts are compared with thousands, 512 numbers each. A few
 * instructions of WebAssembly do sixteen at once; the same in JavaScript takes some six times as long.
 * @param rows what `count` vectors of `length` hold; a vector that is not set is none, and its products are 0
 */
export function createProducts(rows: readonly (Float32Array | null)[], length: number): Products {
  const stride = Math.ceil(length / round) * round;
  const outAt = stride * floatBytes;
  const rowsAt = outAt + Math.ceil(rows.length / round) * round * floatBytes;
  const bytes = rowsAt + rows.length * stride * floatBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const all = new Float32Array(memory.buffer);
  rows.forEach((row, at) => {
    if (row !== null) all.set(row, rowsAt / floatBytes + at * stride);
  });
  const { exports } = new WebAssembly.Instance(compiled, { in: { memory } });
  const run = exports.run as (one: number, row: number, out: number, rows: number, rowBytes: number) => void;
  return (vector) => {
    if (rows.length === 0 || length === 0) return new Float32Array(rows.length);
    all.set(vector.subarray(0, length));
    run(0, rowsAt, outAt, rows.length, stride * floatBytes);
    return all.slice(outAt / floatBytes, outAt / floatBytes + rows.length);
  };
}

/** The instructions that are used, as the specification of WebAssembly numbers them. */
const i32 = { type: 0x7f, const: 0x41, add: 0x6a, sub: 0x6b, lessThan: 0x49 };
const f32 = { add: 0x92, store: 0x38, const: 0x43 };
const f32x4 = {
  type: 0x7b,
  load: [0xfd, 0],
  splat: [0xfd, 0x13],
  lane: [0xfd, 0x1f],
  add: [0xfd, 0xe4, 1],
  mul: [0xfd, 0xe6, 1],
};
const local = { get: 0x20, set: 0x21 };
const [loop, end, branchIf, noType] = [0x03, 0x0b, 0x0d, 0x40];

/**
 * run(one, row, out, rows, rowBytes): do { clear the sums; for (at = 0; at < rowBytes; at += 64) each sum += the next
 * four of `one` times those of `row`; *out = all sums; out += 4; row += rowBytes } while (--rows > 0)
 */
function program(): number[] {
  const [one, row, out, rows, rowBytes, at, firstSum] = [0, 1, 2, 3, 4, 5, 6] as const;
  const each = Array.from({ length: sums }, (_, number) => ({ sum: firstSum + number, offset: number * 16 }));
  const plus = (variable: number, value: readonly number[]) => [
    local.get,
    variable,
    ...value,
    i32.add,
    local.set,
    variable,
  ];
  const loadOf = (pointer: number, offset: number) => [
    local.get,
    pointer,
    local.get,
    at,
    i32.add,
    ...f32x4.load,
    4,
    offset,
  ];
  const body = [
    [loop, noType],
    ...each.map(({ sum }) => [f32.const, 0, 0, 0, 0, ...f32x4.splat, local.set, sum]),
    [i32.const, 0, local.set, at],
    [loop, noType],
    ...each.map(({ sum, offset }) => {
      const product = [...loadOf(one, offset), ...loadOf(row, offset), ...f32x4.mul];
      return [local.get, sum, ...product, ...f32x4.add, local.set, sum];
    }),
    plus(at, [i32.const, ...leb(round * floatBytes)]),
    [local.get, at, local.get, rowBytes, i32.lessThan, branchIf, 0],
    [end],
    ...each
      .slice(1)
      .map(({ sum }) => [local.get, firstSum, local.get, sum, ...f32x4.add, local.set, firstSum]),
    [local.get, out],
    ...lanes.map((lane) => [local.get, firstSum, ...f32x4.lane, lane, ...(lane > 0 ? [f32.add] : [])]),
    [f32.store, 2, 0],
    plus(out, [i32.const, floatBytes]),
    plus(row, [local.get, rowBytes]),
    [local.get, rows, i32.const, 1, i32.sub, local.set, rows],
    [local.get, rows, branchIf, 0],
    [end],
    [end],
  ].flat();
  const variables = [2, 1, i32.type, sums, f32x4.type];
  return [...variables, ...body];
}

/** A number of 32 bits, seven a byte, as constants are written: the last byte's second bit is the sign. */
function leb(value: number): number[] {
  return value < 64 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >> 7)];
}
const size = (value: number): number[] =>
  value < 128 ? [value] : [(value & 0x7f) | 0x80, ...size(value >> 7)];
const section = (number: number, content: readonly number[]) => [number, ...size(content.length), ...content];
const named = (name: string) => [name.length, ...[...name].map((letter) => letter.charCodeAt(0))];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const code = program();
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, ...new Array<number>(5).fill(i32.type), 0]),
    ...section(2, [1, ...named('in'), ...named('memory'), 2, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...named('run'), 0, 0]),
    ...section(10, [1, ...size(code.length), ...code]),
  ]);
}

const compiled = new WebAssembly.Module(moduleBytes());
