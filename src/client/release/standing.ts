/** What is known of a provider's release, for those who run the project: readiness, and `marcot apps`. */
import { publishedOf } from "../../lock/revision.ts";
import type { RemoteProvider } from "../../app/types.ts";
import { errorTable } from "../../errors.ts";
import type { Asked } from "./ask.ts";
import { type Objection, type Said, sayLost, sayRefusal } from "./objection.ts";
import type { UsersOf } from "./uses.ts";

export interface Problem extends Said {
  readonly level: "error" | "warning";
}

export interface Standing {
  readonly app: string;
  readonly address: string;
  /** `unknown`: something answers there and tells no contract; its replies are checked all the same. */
  readonly state: "unasked" | "same" | "compatible" | "incompatible" | "unreachable" | "unknown";
  /** The provider's, where it was told. */
  readonly revision: string | undefined;
  readonly problems: readonly Problem[];
}

export type Objections = ReadonlyMap<string, Objection>;

export function unasked({ app, address }: RemoteProvider): Standing {
  return { app, address: address.href, state: "unasked", revision: undefined, problems: [] };
}

/** The revision of the contract that callers here have. */
export function ownRevision({ contract }: RemoteProvider): string | undefined {
  return contract && publishedOf(contract).revision;
}

const NONE: Objections = new Map();

/** What stands in the way of calls to what was found at the address. */
export async function objectionsTo(
  { contract }: RemoteProvider,
  asked: Asked,
): Promise<Objections> {
  if (asked.is !== "lock" || contract === undefined) return NONE;
  const { lock, revision } = publishedOf(contract);
  if (asked.revision === revision) return NONE;
  const { judgeRelease } = await import("./judge.ts");
  return judgeRelease(lock, asked.lock);
}

/** Of what nobody needs nothing is told. */
export function standingOf(
  provider: RemoteProvider,
  asked: Asked,
  objections: Objections,
  usersOf: UsersOf,
): Standing {
  const base = unasked(provider);
  const own = ownRevision(provider);
  if (asked.is === "unreachable") {
    const message = `${base.app} at ${base.address} cannot be reached (${asked.why})`;
    const { fix } = errorTable.Unavailable;
    const problem = { level: "error", code: "Unavailable", message, fix } as const;
    return { ...base, state: "unreachable", problems: [problem] };
  }
  if (asked.is === "none") return { ...base, state: "unknown" };
  if (asked.is === "same" || asked.revision === own)
    return { ...base, state: "same", revision: own };
  const problems = [...objections.values()].flatMap((one) => problemsOf(one, base, usersOf));
  const isBroken = problems.some(({ level }) => level === "error");
  const state = isBroken ? "incompatible" : "compatible";
  return { ...base, state, revision: asked.revision, problems: unique(problems) };
}

function problemsOf(
  objection: Objection,
  { app, address }: Standing,
  usersOf: UsersOf,
): readonly Problem[] {
  const { version, endpoint, refusal, lost } = objection;
  const users = usersOf(app, version, endpoint);
  if (users.length === 0) return [];
  const where = { app, place: ` at ${address}`, caller: users.join(", ") };
  if (refusal !== undefined)
    return [{ level: "error", ...sayRefusal({ ...objection, refusal }, where) }];
  return lost.map((place) => ({ level: "warning", ...sayLost(objection, place, where) }));
}

/** A version that is not there is said once, however many of its endpoints are needed. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((one) => [one.message, one])).values()];
}
