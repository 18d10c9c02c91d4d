import { createGraph, type Graph } from './graph.ts';
import { type Near, nearest } from './nearest.ts';
import type { Point, Space } from './space.ts';

/** Neighbours in past traffic that a likeness is held against: what is alike to everything is alike to nothing. */
const crowd = 10;
const edgesOfText = 20;

/** What is known of examples and past questions before anything is asked. */
export interface Ground {
  /** How many of the texts are examples; they come first, past questions behind them. */
  readonly examples: number;
  readonly graph: Graph;
  /** How crowded it is around each example. */
  readonly crowding: Float64Array;
  point(text: string, meaning: Float32Array | null): Point;
  /** Where a question stands. */
  place(point: Point, isLeftOut: (text: number) => boolean): Place;
}

export interface Place {
  /** To each text. */
  readonly likenesses: Float32Array;
  /** How alike the question is to the past ones nearest to it, on average. */
  readonly crowding: number;
  readonly near: readonly Near[];
}

/** Yields after each text, so that a caller may do other things in between. */
export function* createGround(space: Space, examples: number): Generator<void, Ground> {
  const crowdingOf = (likenesses: Float32Array) =>
    nearest(likenesses, crowd, examples).reduce((sum, { likeness }) => sum + likeness, 0) / crowd;
  const crowding = new Float64Array(examples);
  const neighbours: Near[][] = [];
  for (const [text, point] of space.points.entries()) {
    const likenesses = space.likenesses(point);
    neighbours.push(nearest(likenesses, edgesOfText, 0, (other) => other === text));
    if (text < examples) crowding[text] = crowdingOf(likenesses);
    yield;
  }
  return {
    examples,
    graph: yield* createGraph(neighbours),
    crowding,
    point: space.point,
    place(point, isLeftOut) {
      const likenesses = space.likenesses(point);
      return {
        likenesses,
        crowding: crowdingOf(likenesses),
        near: nearest(likenesses, edgesOfText, 0, isLeftOut),
      };
    },
  };
}
