/** Names of people. A report goes to others: whoever is in it is told apart, but not named, unless it was asked for. */
import { createHash } from "node:crypto";

/** Enough to tell apart the people of a code base. */
const SIGNS = 10;

export type NameOf = (author: string) => string;

/** `Ann <ann@example.com>` as it is, or `person-1f0e3dad99`: of one mail, in every report the same. */
export function naming(shows: boolean): NameOf {
  if (shows) return (author) => author;
  return (author) => {
    const mail = /<([^>]*)>$/.exec(author)?.[1] ?? "";
    const key = (mail || author).toLowerCase();
    return `person-${createHash("sha256").update(key).digest("hex").slice(0, SIGNS)}`;
  };
}

/** Of CODEOWNERS: names of teams and accounts are public, mail addresses are people's. */
export function namingOwners(shows: boolean): NameOf {
  const named = naming(shows);
  return (owner) => (/^[^@\s]+@[^@\s]+$/.test(owner) ? named(owner) : owner);
}
