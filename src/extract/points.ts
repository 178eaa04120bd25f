/** The places at which a move may be interrupted: tests kill it there, and look whether it goes on. */

/** In the order in which they are passed. */
export const points = [
  // A copy is made.
  "start: begun",
  "start: journal written",
  "start: provider row written",
  "start: migrated",
  "start: fences made",
  "start: published",
  "start: indexes dropped",
  "start: slot made",
  "start: subscribed",
  "start: copied",
  "start: indexes made",
  "start: ready",
  // Holder and follower change places.
  "switch: begun",
  "switch: way back prepared",
  "switch: journal written",
  "switch: leaving",
  "switch: left",
  "switch: attempt written",
  "switch: holding",
  "switch: held",
  "switch: locked",
  "switch: arrived",
  "switch: snapshots taken",
  "switch: committed",
  "switch: opened",
  // What a switch leaves to be done.
  "back out: begun",
  "back out: holder opened",
  "back out: rows written",
  "settle: journal written",
  "settle: old stream dropped",
  "settle: way back enabled",
  "settle: counts moved",
  "settle: compared",
  "settle: ready",
  // The end.
  "complete: begun",
  "complete: streams dropped",
  "complete: copy dropped",
  "complete: fences dropped",
  "complete: done",
  "cancel: begun",
  "cancel: streams dropped",
  "cancel: fences dropped",
  "cancel: copy dropped",
  "cancel: rows dropped",
  "cancel: done",
] as const;

export type Point = (typeof points)[number];

/** Called at each point, and waited for. */
export type At = (point: Point) => Promise<void> | void;
