/** The name of a project or of an app, as an argument of a command. */
import { InvalidArgumentError } from "commander";
import { objectionToName } from "../project/name.ts";

export function toName(text: string): string {
  const objection = objectionToName(text);
  if (objection === undefined) return text;
  throw new InvalidArgumentError(`${objection.charAt(0).toUpperCase()}${objection.slice(1)}.`);
}
