/** The revision of a contract: the hash of its lock's text. Who has the same one has the same contract. */
import { createHash } from "node:crypto";
import type { Lock } from "../compare/lock.ts";
import type { AnyContract } from "../contract/contract.ts";
import { canonical, toLock } from "./lock.ts";

export interface Published {
  readonly lock: Lock;
  /** As it is served. */
  readonly text: string;
  /** 64 hexadecimal digits. */
  readonly revision: string;
}

const made = new WeakMap<AnyContract, Published>();

/** Made when it is first asked for, and kept: a contract does not change while a process runs. */
export function publishedOf(newest: AnyContract): Published {
  const known = made.get(newest);
  if (known !== undefined) return known;
  const lock = toLock(newest);
  const text = canonical(lock);
  const published = { lock, text, revision: hashOf(text) };
  made.set(newest, published);
  return published;
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Enough to tell releases apart, and short enough for every reply. */
const SHORT = 16;

/** As replies carry it in the header `contract`: a string of RFC 9651. */
export function headerOf(revision: string): string {
  return `"${revision.slice(0, SHORT)}"`;
}
