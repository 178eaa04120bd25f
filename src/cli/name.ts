/** Names as arguments of commands: of a project, of an app, of an environment. */
import { InvalidArgumentError } from "commander";
import { objectionToName } from "../project/name.ts";

export function toName(text: string): string {
  const objection = objectionToName(text);
  if (objection === undefined) return text;
  throw new InvalidArgumentError(`${objection.charAt(0).toUpperCase()}${objection.slice(1)}.`);
}

export function toEnvironment(text: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(text)) return text;
  throw new InvalidArgumentError(
    "The name of an environment begins with a small letter and has small letters, digits and hyphens.",
  );
}

/** For an argument that is given several times. */
export function toNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, toName(text)];
}
