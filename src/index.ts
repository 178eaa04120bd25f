/** `marcot`: what the files of a project and of an app are written with, beside the contract's part. */
import "./client/dispatch.ts"; // puts itself into the slot that contracts call

export { app } from "./app/app.ts";
export { emit } from "./app/emit.ts";
export { every, type EveryOptions, job, type JobOptions, type Later } from "./app/job.ts";
export { receiver, type ReceiverOptions } from "./app/receiver.ts";
export type { JobContext, ReceiverContext, RecurringContext, ViewContext } from "./app/types.ts";
export {
  absent,
  draw,
  type Html,
  html,
  page,
  type PageRequest,
  raw,
  redirect,
} from "./app/page.ts";
export { form, type FormState } from "./app/form.ts";
export { hydrate, type HydrateOptions } from "./app/hydrate.ts";
export { projection, type ProjectionOptions } from "./app/projection.ts";
export { view, type ViewOptions } from "./app/view.ts";
export { type Db } from "./data/db.ts";
export { codeOf, MarcotError } from "./errors.ts";
export { env } from "./project/env.ts";
export { settings } from "./project/settings.ts";
// The names by which the compiler declares what the files of an app export, when a package is built of it.
export type { Form } from "./app/form.ts";
export type { Page } from "./app/page.ts";
export type { DelayedJob } from "./app/job.ts";
export type { App, Job, Projection, Receiver, View } from "./app/types.ts";
export type { Settings } from "./project/settings.ts";
