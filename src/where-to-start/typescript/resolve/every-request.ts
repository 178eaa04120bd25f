/** Units that Nest asks in every request: what they make is provided for all, wherever that is said. */
import { isTying } from "../../score/ties.ts";
import type { Project, UnitPlace } from "../../types/project.ts";
import type { Declared, FileFacts } from "../../types/source.ts";
import type { MeantBy } from "./makers.ts";
import { HERE } from "../reader/made-by.ts";

export interface Asked {
  readonly meantBy: MeantBy;
  readonly unitOf: (file: string) => UnitPlace | undefined;
}

/** Each unit once, with the first place that says so. What a library makes is nobody's. */
export function inEveryRequest(
  files: ReadonlyMap<string, FileFacts>,
  { meantBy, unitOf }: Asked,
): Project["inEveryRequest"] {
  const found = new Map<string, Project["inEveryRequest"][number]>();
  for (const facts of files.values()) {
    if (!isTying(facts)) continue;
    for (const declared of facts.declared ?? []) {
      const { kind, what, file, line } = declared;
      if (kind !== "every request") continue;
      const made = what === HERE ? facts : meantBy(facts, what);
      const unit = made && unitOf(made.file)?.name;
      if (unit === undefined || found.has(unit)) continue;
      const why = `${unit} takes part in every request (${said(declared)})`;
      found.set(unit, { unit, why, at: { file, line } });
    }
  }
  return [...found.values()];
}

function said({ of, what }: Declared): string {
  return [of, what].filter(Boolean).join(": ");
}
