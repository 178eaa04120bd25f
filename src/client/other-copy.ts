/**
 * A call to an app in this process by a caller that holds another copy of its contract: the two may be of
 * different releases. It is looked at, checked against both and found by its path, as it would be remotely.
 */
import { noteRetired, unserved } from "../app/retired.ts";
import { answer } from "../app/view.ts";
import type { Outgoing, Route, ServedApp } from "../app/types.ts";
import { parametersOf } from "../compare/lock.ts";
import { check, invalidInput } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { aboutOf, versionsOf } from "../contract/contract.ts";
import { type Endpoint, nameOf } from "../contract/endpoint.ts";
import { MarcotError } from "../errors.ts";
import { canonical, toLockEndpoint } from "../lock/lock.ts";
import { publishedOf } from "../lock/revision.ts";
import { hold, type Objection } from "./release/objection.ts";
import { answeredOutside, asCallerKnows } from "./skew.ts";

type Values = Readonly<Record<string, unknown>>;

const LOCAL = { input: "copy", output: "copy" } as const;

export async function callOtherCopy(
  served: ServedApp,
  endpoint: Endpoint,
  input: unknown,
  outgoing: Outgoing,
): Promise<unknown> {
  const name = nameOf(endpoint);
  const checked = check<Values>(checkOf(endpoint.input, "copy", name), input, (issues) =>
    invalidInput(name, issues),
  );
  // The same copy, of a version that is gone: its caller is told what a caller from outside is told.
  if (isOwn(served, endpoint)) throw unserved(served, endpoint.version);
  const route = routeOf(served, endpoint);
  const objection = await objectionOf(served, endpoint, route);
  if (objection !== undefined) hold(objection, "", { endpoint, input: checked, outgoing });
  if (route === undefined) {
    const { version, path } = endpoint;
    const message = `${endpoint.app} ${version} has no endpoint at /${version}${path}`;
    throw new MarcotError("UnknownEndpoint", message);
  }
  if (route.retired !== undefined) noteRetired(outgoing, endpoint, route.retired);
  try {
    const output = await answer(route, asNamed(checked, endpoint, route), LOCAL, outgoing);
    return check(checkOf(endpoint.output, "copy", name), output, (issues) =>
      answeredOutside(name, issues),
    );
  } catch (error) {
    throw asCallerKnows(error, endpoint);
  }
}

function isOwn({ app }: ServedApp, endpoint: Endpoint): boolean {
  return versionsOf(app.contract).some((one) => aboutOf(one).endpoints.includes(endpoint));
}

function bare(path: string): string {
  return path.replaceAll(/:\w+/g, ":");
}

function routeOf({ routes }: ServedApp, { version, method, path }: Endpoint): Route | undefined {
  return routes.find(
    ({ endpoint }) =>
      endpoint.version === version &&
      endpoint.method === method &&
      bare(endpoint.path) === bare(path),
  );
}

/** A part of a path travels by its place, so that each side has its own name for it. */
function asNamed(input: Values, { path }: Endpoint, { endpoint }: Route): Values {
  if (path === endpoint.path) return input;
  const theirs = parametersOf(endpoint.path);
  const names = new Map(parametersOf(path).map((name, at) => [name, theirs[at] ?? name]));
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [names.get(name) ?? name, value]),
  );
}

type Judged = Promise<Objection | undefined>;

const judged = new WeakMap<ServedApp, WeakMap<Endpoint, Judged>>();

/** Judged once. */
function objectionOf(served: ServedApp, endpoint: Endpoint, route: Route | undefined): Judged {
  const known = judged.get(served) ?? new WeakMap<Endpoint, Judged>();
  judged.set(served, known);
  let found = known.get(endpoint);
  if (found === undefined) known.set(endpoint, (found = judge(served, endpoint, route)));
  return found;
}

async function judge(served: ServedApp, endpoint: Endpoint, route: Route | undefined): Judged {
  const own = toLockEndpoint(endpoint);
  // Most copies are of one release, and the comparison need not be loaded.
  if (route !== undefined && canonical(own) === canonical(toLockEndpoint(route.endpoint)))
    return undefined;
  const { app, version, name } = endpoint;
  const mine = { state: "stable", endpoints: { [name]: own } } as const;
  const { judgeRelease } = await import("./release/judge.ts");
  const { lock } = publishedOf(served.app.contract);
  return judgeRelease({ app, versions: { [version]: mine } }, lock).get(`${version}.${name}`);
}
