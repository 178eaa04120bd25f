/** `marcot/contract`: all that a contract.ts imports. It loads nothing else of the framework. */
export { contract } from "./contract.ts";
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
  map,
  nullable,
  number,
  object,
  optional,
  text,
  uuid,
} from "./field.ts";
export { add, convert, drop, rename } from "./step.ts";
export { change, extend } from "./version.ts";
export type { Read, Written } from "./guest.ts";
export type { Call, CallOptions } from "./endpoint.ts";
