/**
 * Finds the route of a request. The contract is the route: `/v1/create/` below the app's place is
 * `create` of version 1, and a path without a version is the app's first version, for ever.
 */
import { unserved } from "../app/retired.ts";
import type { Route, ServedApp } from "../app/types.ts";
import { type About, aboutOf, type Retirement, versionsOf } from "../contract/contract.ts";
import { MarcotError } from "../errors.ts";

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>> | undefined;
}

interface Pattern {
  readonly regex: RegExp;
  readonly names: readonly string[];
  readonly methods: Map<string, Route>;
}

export interface Router {
  readonly app: string;
  readonly served: ServedApp;
  /** Paths without parameters, with and without their last slash. */
  readonly exact: Map<string, Map<string, Route>>;
  readonly patterns: Pattern[];
  /** Paths without a version, where v1 answered while it was served. */
  readonly former: readonly RegExp[];
  /** Versions that are gone or will be, with what is known of it. Undefined where all stay. */
  readonly endings: ReadonlyMap<string, Retirement | undefined> | undefined;
}

/** What a path without a version means, for ever. */
const FIRST = "v1";

/** What lies below is the framework's; no parameter of an app's path stands for it. */
const OWN = "/-/";

export function createRouter(served: ServedApp): Router {
  const abouts = versionsOf(served.app.contract).map(aboutOf);
  const router: Router = {
    app: served.app.name,
    served,
    exact: new Map(),
    patterns: [],
    former: served.versions.includes(FIRST)
      ? []
      : (abouts[0]?.endpoints ?? []).map(({ path }) => regexOf(path)),
    endings: endingsOf(abouts),
  };
  for (const route of served.routes) {
    const { version, path } = route.endpoint;
    addPath(router, `/${version}${path}`, route);
    if (version === FIRST) addPath(router, path, route);
  }
  return router;
}

function endingsOf([oldest, ...later]: readonly About[]): Router["endings"] {
  if (oldest === undefined) return undefined;
  const undeclared = Array.from({ length: Number(oldest.version.slice(1)) - 1 }, (_, i) => i + 1);
  const endings = new Map<string, Retirement | undefined>();
  for (const number of undeclared) endings.set(`v${number}`, undefined);
  for (const { version, life } of [oldest, ...later]) {
    if (life.retired) endings.set(version, life.retired);
  }
  return endings.size === 0 ? undefined : endings;
}

function regexOf(path: string): RegExp {
  const source = path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "([^/]+)");
  return new RegExp(`^${source}?$`);
}

function addPath({ exact, patterns }: Router, path: string, route: Route): void {
  const { method } = route.endpoint;
  if (!path.includes(":")) {
    const methods = exact.get(path) ?? new Map<string, Route>();
    exact.set(path, methods.set(method, route));
    if (path !== "/") exact.set(path.slice(0, -1), methods);
    return;
  }
  const regex = regexOf(path);
  const known = patterns.find((pattern) => pattern.regex.source === regex.source);
  if (known) {
    known.methods.set(method, route);
    return;
  }
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
  patterns.push({ regex, names, methods: new Map([[method, route]]) });
}

/**
 * The route of a path below the app's place. Undefined where no endpoint is meant, so that a page may
 * stand there. A path that names a version means an endpoint, and is refused if there is none.
 */
export function find(router: Router, method: string, path: string): Match | undefined {
  const methods = router.exact.get(path);
  const route = methods?.get(method);
  if (route !== undefined) return { route, params: undefined };
  if (path.startsWith(OWN)) return undefined;
  for (const pattern of router.patterns) {
    const parts = pattern.regex.exec(path);
    const found = parts && pattern.methods.get(method);
    if (found) return { route: found, params: paramsOf(pattern, parts) };
  }
  if (router.former.some((regex) => regex.test(path))) throw unserved(router.served, FIRST);
  const isVersioned = /^\/v\d+(\/|$)/.test(path);
  return isVersioned && allowedMethods(router, path).length === 0
    ? refuse(router, path)
    : undefined;
}

function paramsOf({ names }: Pattern, parts: RegExpExecArray): Record<string, string> {
  try {
    return Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(parts[index + 1] ?? "")]),
    );
  } catch (cause) {
    throw new MarcotError("MalformedBody", `the path ${parts[0]} is not encoded as RFC 3986 says`, {
      cause,
      fix: "Encode each part of the path.",
    });
  }
}

/** Methods that the path has, for the Allow header. */
export function allowedMethods(router: Router, path: string): string[] {
  const patterns = path.startsWith(OWN)
    ? []
    : router.patterns.filter(({ regex }) => regex.test(path));
  return [
    ...(router.exact.get(path)?.keys() ?? []),
    ...patterns.flatMap(({ methods }) => [...methods.keys()]),
  ];
}

function refuse({ app, served }: Router, path: string): never {
  const version = path.split("/")[1] ?? "";
  if (served.versions.includes(version)) {
    throw new MarcotError("UnknownEndpoint", `${app} ${version} has no endpoint at ${path}`);
  }
  throw unserved(served, version);
}
