/** An app that is provided in this process: its definition, its database, and a route per endpoint and version. */
import type { AnyContract } from "../contract/contract.ts";
import { aboutOf, versionsOf } from "../contract/contract.ts";
import { checkOf } from "../contract/compile.ts";
import type { Check } from "../contract/check.ts";
import { type Endpoint, nameOf } from "../contract/endpoint.ts";
import { type Carry, downward, upward } from "../contract/plan.ts";
import type { Db } from "../data/database.ts";
import { MarcotError } from "../errors.ts";
import type { App } from "./app.ts";
import type { View } from "./view.ts";

/** One endpoint at one version, ready to be answered by the view of the newest. */
export interface Route {
  readonly served: ServedApp;
  readonly endpoint: Endpoint;
  readonly view: View;
  /** `faq.v1.create`. */
  readonly name: string;
  readonly up: Carry | undefined;
  /** Checks what `up` made, where a function of the contract's author took part in it. */
  readonly upCheck: Check | undefined;
  readonly down: Carry | undefined;
  readonly input: Checks;
  readonly output: Checks;
}

/** Compiled when first used. */
export interface Checks {
  readonly copy: Check;
  readonly read: Check;
  readonly write: Check;
}

export interface ServedApp {
  readonly app: App;
  readonly db: Db;
  /** Every endpoint of every version, oldest version first. */
  readonly routes: readonly Route[];
  readonly byEndpoint: ReadonlyMap<Endpoint, Route>;
  readonly byName: ReadonlyMap<string, Route>;
}

export function serve(app: App, db: Db): ServedApp {
  const routes: Route[] = [];
  const byEndpoint = new Map<Endpoint, Route>();
  const byName = new Map<string, Route>();
  const served: ServedApp = { app, db, routes, byEndpoint, byName };
  for (const version of versionsOf(app.contract)) {
    for (const endpoint of aboutOf(version).endpoints) {
      const route = toRoute(served, endpoint, app.contract);
      routes.push(route);
      byEndpoint.set(endpoint, route);
      byName.set(route.name, route);
    }
  }
  return served;
}

function toRoute(served: ServedApp, endpoint: Endpoint, newest: AnyContract): Route {
  const latest = aboutOf(newest).endpoints.find(({ name }) => name === endpoint.name) ?? endpoint;
  const view = served.app.views.get(endpoint.name);
  const name = nameOf(endpoint);
  if (view === undefined) throw new MarcotError("AppInvalid", `${name} has no view`);
  const rise = upward(endpoint, latest);
  return {
    served,
    endpoint,
    view,
    name,
    up: rise?.carry,
    upCheck: rise?.usesCode ? checkOf(latest.input, "copy", `${name} input`) : undefined,
    down: downward(latest, endpoint),
    input: checksOf(endpoint.input, `${name} input`),
    output: checksOf(endpoint.output, `${name} output`),
  };
}

function checksOf(shape: Endpoint["input"], where: string): Checks {
  return {
    get copy() {
      return checkOf(shape, "copy", where);
    },
    get read() {
      return checkOf(shape, "read", where);
    },
    get write() {
      return checkOf(shape, "write", where);
    },
  };
}
