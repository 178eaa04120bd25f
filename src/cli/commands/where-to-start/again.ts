/** The command once more, for another question about the same code, seen in the same way. */
import { quoted } from "../../../where-to-start/report/quoted.ts";

/** What changes the answer; not which part of it is shown, or where. */
export interface Asked {
  readonly units?: readonly string[];
  readonly kind?: string;
  readonly at?: string;
  readonly months?: number;
  readonly lift?: readonly string[];
  readonly people?: boolean;
  readonly measured?: boolean;
}

/** As a shell has to be told it, from the same folder; what is asked goes behind it. */
export function again(path: string, asked: Asked): string {
  const { units = [], kind, at, months, lift = [], people = false, measured = false } = asked;
  // What begins like an option would be taken for one.
  const where = path.startsWith("-") ? `./${path}` : path;
  return [
    "npx marcot where-to-start",
    ...(path === "." ? [] : [quoted(where)]),
    ...units.map((glob) => `--units ${quoted(glob)}`),
    ...(kind === undefined ? [] : [`--kind ${kind}`]),
    ...(at === undefined ? [] : [`--at ${quoted(at)}`]),
    ...(months === undefined ? [] : [`--months ${months}`]),
    ...lift.map((name) => `--lift ${quoted(name)}`),
    ...(people ? ["--people"] : []),
    ...(measured ? ["--measured"] : []),
  ].join(" ");
}
