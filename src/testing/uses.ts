/**
 * Records what apps send to each other and read of the replies, while `marcot contract uses` runs their tests:
 * the variable MARCOT_USES names the file to which each new thing is added as a line. The processes of a
 * test have the same file, and what one of them has seen is there even when it is killed.
 */
import { appendFileSync } from "node:fs";
import { current } from "../app/context.ts";
import { dispatch } from "../client/dispatch.ts";
import { setCaller } from "../contract/contract.ts";
import { type Endpoint, nameOf } from "../contract/endpoint.ts";
import type { LockSchema } from "../lock/document.ts";
import { toSchema } from "../lock/lock.ts";
import { fieldPath, fieldsIn, itemIn, itemPath, wholePath } from "../lock/narrow.ts";
import type { SeenUse } from "../lock/recorded.ts";
import type { Environment } from "../project/env.ts";
import { cloneObserved, observed } from "./observed.ts";

/** Without the variable nothing is put between a caller and its reply. */
export function recordUses({ MARCOT_USES: file }: Environment): void {
  if (!file) return;
  const seen = new Set<string>();
  globalThis.structuredClone = cloneObserved(globalThis.structuredClone);
  setCaller((endpoint, input, options) => {
    const caller = current.getStore()?.app ?? "";
    // A test has no app; and what an app reads of its own replies is its own business.
    const isOfOther = caller !== "" && caller !== endpoint.app;
    if (!isOfOther) return dispatch(endpoint, input, options);
    const note = (part?: SeenUse["part"]) => {
      const { app, version, name } = endpoint;
      const line = JSON.stringify({ caller, app, version, name, part } satisfies SeenUse);
      if (seen.has(line)) return;
      seen.add(line);
      appendFileSync(file, `${line}\n`);
    };
    note();
    noteSent(input, {
      schema: schemaOf(endpoint, "input"),
      path: "",
      note: (sent) => note({ sent }),
    });
    return observe(dispatch(endpoint, input, options), endpoint, (read) => note({ read }));
  });
}

async function observe(
  answering: Promise<unknown>,
  endpoint: Endpoint,
  note: (path: string) => void,
): Promise<unknown> {
  return observed(await answering, { schema: schemaOf(endpoint, "output"), path: "", note });
}

function schemaOf(endpoint: Endpoint, side: "input" | "output"): LockSchema {
  return toSchema(endpoint[side], `${nameOf(endpoint)} ${side}`);
}

interface Sending {
  readonly schema: LockSchema;
  readonly path: string;
  readonly note: (path: string) => void;
}

/** The declared fields that are there. */
function noteSent(value: unknown, { schema, path, note }: Sending): void {
  const item = itemIn(schema);
  if (Array.isArray(value) && item !== undefined) {
    for (const one of value) noteSent(one, { schema: item, path: itemPath(path), note });
  }
  const fields = fieldsIn(schema);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  if (fields === undefined) return path === "" ? note(wholePath(path)) : undefined;
  for (const [name, inner] of Object.entries(fields)) {
    const part = (value as Readonly<Record<string, unknown>>)[name];
    if (part === undefined) continue;
    const place = fieldPath(path, name);
    note(place ?? wholePath(path));
    if (place !== undefined) noteSent(part, { schema: inner, path: place, note });
  }
}
