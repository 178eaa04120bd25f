/** An app that is provided in this process: its definition, its database, and a route per endpoint and version. */
import { bare } from "../contract/steps/bare.ts";
import { aboutOf, lastEndpoints, type Retirement, servedVersions } from "../contract/contract.ts";
import { checkOf } from "../contract/compile.ts";
import type { Check } from "../contract/check.ts";
import { type Endpoint, hasNoBody, nameOf } from "../contract/endpoint.ts";
import { isGuest, type Shape } from "../contract/guest.ts";
import { downward, errorsBetween, upward } from "../contract/steps/plan.ts";
import type { Db } from "../data/db.ts";
import type { Atomic } from "../data/scope.ts";
import { MarcotError } from "../errors.ts";
import { optionalFields } from "./usage.ts";
import type { App, Bell, Checks, Route, ServedApp, View } from "./types.ts";

/** What the app's rows are reached by. Without `atomic` no view is a transaction. */
export interface Rows {
  readonly db: Db;
  readonly atomic?: (() => Atomic) | undefined;
}

/** Without `rows`, for an app whose views read none. */
export function serve(app: App, rows: Rows = NO_ROWS): ServedApp {
  const lasts = lastEndpoints(app.contract);
  return serveEach(app, rows, (endpoint) => ({
    latest: lasts.get(endpoint.name) ?? endpoint,
    view: app.views.get(endpoint.name),
  }));
}

/** Who answers an endpoint of a version: a view, of that version or a later one. */
interface Answering {
  readonly latest: Endpoint;
  readonly view: View | undefined;
}

/** Only a view or a page would ask for it. */
export const NO_ROWS: Rows = { db: undefined as never };

export function serveEach(
  app: App,
  { db, atomic }: Rows,
  answering: (endpoint: Endpoint) => Answering,
): ServedApp {
  const routes: Route[] = [];
  const byEndpoint = new Map<Endpoint, Route>();
  const versions = servedVersions(app.contract).map(aboutOf);
  const names = versions.map(({ version }) => version);
  const bell: Bell = { ring() {} }; // without a deliverer nobody waits for it
  const jobsBell: Bell = { ring() {} };
  const served: ServedApp = {
    app,
    flight: { writes: 0, onIdle: undefined },
    db,
    atomic,
    onRead: undefined,
    bell,
    jobsBell,
    routes,
    byEndpoint,
    versions: names,
  };
  for (const { endpoints, life } of versions) {
    for (const endpoint of endpoints) {
      const parts = { endpoint, retired: life.retired, ...answering(endpoint) };
      const route = toRoute(served, parts);
      routes.push(route);
      byEndpoint.set(endpoint, route);
    }
  }
  return served;
}

interface RouteParts extends Answering {
  readonly endpoint: Endpoint;
  readonly retired: Retirement | undefined;
}

function toRoute(served: ServedApp, { endpoint, latest, view, retired }: RouteParts): Route {
  const name = nameOf(endpoint);
  if (view === undefined) throw new MarcotError("AppInvalid", `${name} has no view`);
  const rise = upward(endpoint, latest);
  return {
    served,
    endpoint,
    view,
    name,
    hasBody: !hasNoBody(endpoint.method),
    isWrite: endpoint.method !== "GET",
    retired,
    up: rise?.carry,
    upCheck: rise?.usesCode ? shapeCheck(latest.input, `${name} input`) : undefined,
    down: downward(latest, endpoint),
    errors: errorsBetween(latest, endpoint),
    input: {},
    output: {},
    optional: optionalFields(endpoint),
    tallies: new Map(),
  };
}

/** What a step's function made is held to the shape alone: limits belong to the edge of each version. */
function shapeCheck(shape: Shape, where: string): Check {
  return checkOf(isGuest(shape) ? shape : bare(shape), "copy", where);
}

/** The check of one side of a route, compiled and kept when it is first used. */
export function compiled(route: Route, side: "input" | "output", direction: keyof Checks): Check {
  const made = checkOf(route.endpoint[side], direction, `${route.name} ${side}`);
  route[side][direction] = made;
  return made;
}
