/** A move in a sentence, and the commands that make sense now. */
import type { Move, Status } from "../types.ts";

const number = new Intl.NumberFormat("en-US");

/** Without the name of the app before it. */
export function sentenceOf({ state, holder, mode }: Move, rows: Status["rows"]): string {
  switch (state) {
    case "copying": {
      if (rows.total === 0) return "copying, nothing has arrived yet";
      const percent = Math.floor((100 * rows.copied) / rows.total);
      return `copying, ${percent} % of ${number.format(Math.round(rows.total))} rows`;
    }
    case "ready":
      if (mode === "copy")
        return holder === "project"
          ? "ready: its rows are copied at the switch"
          : "switched: the service holds it, and its rows are copied home if it comes back";
      return holder === "project"
        ? "ready: the copy has all, and follows"
        : "switched: the service holds it, and the project's copy follows";
    case "switching":
      return "switching";
    case "settling":
      return `settling: the ${holder} holds it, and what is left of the switch is done`;
    case "completed":
      return "completed: the service holds it alone";
  }
}

export function nextOf(
  { app, state, holder, mode, service }: Move,
  isWorkedOn: boolean,
): readonly string[] {
  const all = (...words: string[]) => words.map((word) => `marcot extract ${word}`);
  if (isWorkedOn) return all(`status ${app}`);
  const there = service === null ? `switch ${app} --service URL` : `switch ${app}`;
  switch (state) {
    case "copying":
      return all(`resume ${app}`, `cancel ${app}`);
    case "switching":
    case "settling":
      return all(`resume ${app}`);
    case "ready":
      // Without a stream the other side is not alike before the next switch, which needs its pause.
      if (mode === "copy")
        return holder === "project"
          ? all(`${there} --pause MILLISECONDS`, `cancel ${app}`)
          : all(`reverse ${app} --pause MILLISECONDS`, `complete ${app}`);
      return holder === "project"
        ? all(`verify ${app}`, `rehearse ${app}`, there, `cancel ${app}`)
        : all(`verify ${app}`, `reverse ${app}`, `complete ${app}`);
    case "completed":
      return [`marcot absorb ${app}`];
  }
}
