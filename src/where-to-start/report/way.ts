/** In which direction ties of one kind go, for their title. */
import type { Cut } from "../types/report.ts";

/** @param unit how the unit is called there */
export function wayOf({ kind, direction }: Cut, unit: string): string {
  // It is of the settings: nobody needs it of the unit.
  if (kind === "global transaction") return "";
  return direction === "out" ? `, ${unit} needs` : `, others need of ${unit}`;
}
