/** `marcot/contract`: all that a contract.ts imports. It loads nothing else of the framework. */
export { contract, foreign } from "./contract.ts";
export { del, event, get, patch, post, put } from "./endpoint.ts";
export {
  binary,
  boolean,
  choice,
  date,
  datetime,
  decimal,
  integer,
  list,
  nullable,
  number,
  object,
  optional,
  text,
  uuid,
} from "./field.ts";
export {
  add,
  convert,
  drop,
  error,
  flat,
  gone,
  inside,
  loosen,
  map,
  nest,
  rename,
  tighten,
  unwrap,
  wrap,
} from "./steps/steps.ts";
export { retire, type RetireOptions } from "./retire.ts";
export { change, extend } from "./version.ts";
export { json } from "./guest.ts";
export { ref } from "./ref.ts";
export type { Read, Written } from "./guest.ts";
export type { Call, CallOptions } from "./endpoint.ts";
// The names by which the compiler declares what a contract.ts exports, when a package is built of it.
export type { AnyContract, Contract } from "./contract.ts";
export type { AppEvent, Definition, EventDefinition } from "./endpoint.ts";
export type { Field, Fields } from "./field.ts";
export type { Guest, Shape } from "./guest.ts";
export type {
  Add,
  Convert,
  Drop,
  ErrorStep,
  Flatten,
  Gone,
  Inside,
  Limit,
  MapValues,
  Nest,
  Rename,
  Unwrap,
  Wrap,
} from "./steps/step.ts";
export type { Changed, Extended } from "./version.types.ts";
