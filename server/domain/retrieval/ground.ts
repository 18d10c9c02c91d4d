import { createGraph, type Graph } from './graph.ts';
import { createNearest, type Near, nearest } from './nearest.ts';
import type { Point, Space } from './space.ts';

const edgesOfText = 20;
/** So many past questions are what has been asked of one matter, at least. */
const likeIt = 10;

/** The past questions that a likeness is held against: what is alike to everything is alike to nothing. */
export interface Crowd {
  /** They are the texts of `from` up to `to`. */
  readonly from: number;
  readonly to: number;
  /** So many of them count, those nearest. */
  readonly most: number;
}

/** What is known of examples and past questions before anything is asked. */
export interface Ground {
  readonly graph: Graph;
  point(text: string, meaning: Float32Array | null): Point;
  /** Where a question stands. */
  place(point: Point, isLeftOut: (text: number) => boolean): Place;
  /**
   * Where a past question stands if it had not been asked, and then if nothing like it had: without those of the crowd
   * that are nearest to it.
   */
  placesOfPast(text: number): readonly [Place, Place];
  /** How crowded it is around an example. @param itself the text of the crowd that counts as if it were not there */
  crowding(example: number, itself: number | null): number;
}

export interface Place {
  /** To each text. */
  readonly likenesses: Float32Array;
  /** How alike the question is to the nearest of the crowd, on average. */
  readonly crowding: number;
  readonly near: readonly Near[];
}

/**
 * Yields after each text, so that a caller may do other things in between.
 * @param examples how many of the texts are examples; they come first, past questions behind them
 */
export function* createGround(space: Space, examples: number, crowd: Crowd): Generator<void, Ground> {
  // Only past questions are compared with all: examples meet them there, and of these there may be very many.
  const nearExamples = Array.from({ length: examples }, () => createNearest(edgesOfText));
  // One more than counts: one of them may be left out.
  const crowdedMost = crowd.most + 1;
  const crowdExamples = Array.from({ length: examples }, () => createNearest(crowdedMost));
  const neighbours: Near[][] = nearExamples.map(() => []);
  for (let text = examples; text < space.points.length; text += 1) {
    const point = space.points[text];
    if (point === undefined) continue;
    const likenesses = space.likenesses(point);
    neighbours.push(nearest(likenesses, edgesOfText, {}, (other) => other === text));
    const isCrowd = text >= crowd.from && text < crowd.to;
    for (let example = 0; example < examples; example += 1) {
      const likeness = likenesses[example] ?? 0;
      nearExamples[example]?.offer(text, likeness);
      if (isCrowd) crowdExamples[example]?.offer(text, likeness);
    }
    yield;
  }
  const crowdTexts = new Int32Array(examples * crowdedMost).fill(-1);
  const crowdLikenesses = new Float32Array(examples * crowdedMost);
  for (let example = 0; example < examples; example += 1) {
    neighbours[example] = nearExamples[example]?.found() ?? [];
    crowdExamples[example]?.found().forEach(({ text, likeness }, at) => {
      crowdTexts[example * crowdedMost + at] = text;
      crowdLikenesses[example * crowdedMost + at] = likeness;
    });
    yield;
  }
  const crowdings = new Float64Array(examples);
  for (let example = 0; example < examples; example += 1) {
    const counted = crowdLikenesses.subarray(example * crowdedMost, example * crowdedMost + crowd.most);
    crowdings[example] = counted.reduce((sum, likeness) => sum + likeness, 0) / crowd.most;
  }
  const placeAmong = (likenesses: Float32Array, isLeftOut: (text: number) => boolean): Place => {
    const around = nearest(likenesses, crowd.most, crowd, isLeftOut);
    return {
      likenesses,
      crowding: around.reduce((sum, { likeness }) => sum + likeness, 0) / crowd.most,
      near: nearest(likenesses, edgesOfText, {}, isLeftOut),
    };
  };
  return {
    graph: yield* createGraph(neighbours),
    point: space.point,
    place: (point, isLeftOut) => placeAmong(space.likenesses(point), isLeftOut),
    placesOfPast(text) {
      const point = space.points[text];
      const likenesses =
        point === undefined ? new Float32Array(space.points.length) : space.likenesses(point);
      const isItself = (other: number) => other === text;
      const like = new Set(nearest(likenesses, likeIt, crowd, isItself).map((near) => near.text)).add(text);
      return [placeAmong(likenesses, isItself), placeAmong(likenesses, (other) => like.has(other))];
    },
    crowding(example, itself) {
      if (itself === null) return crowdings[example] ?? 0;
      let [sum, counted] = [0, 0];
      const end = (example + 1) * crowdedMost;
      for (let at = example * crowdedMost; at < end && counted < crowd.most; at += 1) {
        if (crowdTexts[at] === itself) continue;
        sum += crowdLikenesses[at] ?? 0;
        counted += 1;
      }
      return sum / crowd.most;
    },
  };
}
