/** Wires are cut. */
import type { Fault, Victim } from "../fault.ts";
import type { Traffic } from "../proxy.ts";
import { stages } from "../stages.ts";

const CUT_MS = 3000;

type Wire = "wireA" | "wireB" | "wireService" | "wireHome";

/** Nothing arrives for three seconds, or connections break and cannot be made. */
function cut(wires: readonly Wire[], traffic: Traffic, how: "silence" | "reset") {
  return async ({ scene, later }: Victim): Promise<void> => {
    for (const wire of wires) scene[wire]?.cut(traffic, how);
    later(CUT_MS, async () => {
      for (const wire of wires) scene[wire]?.heal(traffic);
    });
  };
}

const both = ["wireA", "wireB"] as const;
const web = ["wireService", "wireHome"] as const;

function wireFault(
  name: string,
  sentence: string,
  fault: Pick<Fault, "when" | "strike"> & Partial<Fault>,
): Fault {
  return { ...fault, name: `cut-${name}`, sentence };
}

export const networkFaults: readonly Fault[] = [
  wireFault(
    "databases-copying",
    "The databases do not reach each other for 3 s while rows are copied.",
    {
      when: { point: stages.copying },
      strike: cut(both, "replication", "reset"),
      oldRows: 200_000,
    },
  ),
  wireFault(
    "databases-locked",
    "The databases do not reach each other for 3 s from when the tables are locked.",
    {
      when: { point: stages.locked },
      strike: cut(both, "replication", "silence"),
    },
  ),
  wireFault("databases-after", "The databases do not reach each other for 3 s after the switch.", {
    when: { after: "extracted" },
    strike: cut(both, "replication", "reset"),
  }),
  wireFault(
    "service-before",
    "Project and service do not reach each other for 3 s when a switch is asked for.",
    {
      when: { before: "extracted" },
      strike: cut(web, "web", "reset"),
      hasWires: true,
    },
  ),
  wireFault(
    "service-after",
    "Project and service do not reach each other for 3 s after the switch.",
    {
      when: { after: "extracted" },
      strike: cut(web, "web", "reset"),
      hasWires: true,
      mayRefuse: true,
    },
  ),
  ...(["a", "b"] as const).flatMap((side) => {
    const wires = [side === "a" ? ("wireA" as const) : ("wireB" as const)];
    const whose = side === "a" ? "the project's" : "the service's";
    return (["locked", "committed"] as const).map((stage) =>
      wireFault(
        `coordinator-${side}-${stage}`,
        `The coordinator does not reach ${whose} database for 3 s ${stage === "locked" ? "from when the tables are locked" : "from the point of no return on"}.`,
        {
          when: { point: stages[stage] },
          strike: cut(wires, "coordinator", stage === "locked" ? "silence" : "reset"),
          // After the point of no return only the service may be written, and it is not open yet.
          ...(stage === "committed" && { mayRefuse: true }),
        },
      ),
    );
  }),
];
