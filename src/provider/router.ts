/**
 * Finds the route of a request. The contract is the route: `/v1/create/` below the app's place is
 * `create` of version 1, and a path without a version is the app's first version, for ever.
 */
import type { Route, ServedApp } from "../app/types.ts";
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
  readonly first: string;
  readonly versions: readonly string[];
  /** Paths without parameters, with and without their last slash. */
  readonly exact: Map<string, Map<string, Route>>;
  readonly patterns: Pattern[];
}

export function createRouter({ app, routes }: ServedApp): Router {
  const versions = [...new Set(routes.map(({ endpoint }) => endpoint.version))];
  const router: Router = {
    app: app.name,
    first: versions[0] ?? "v1",
    versions,
    exact: new Map(),
    patterns: [],
  };
  for (const route of routes) {
    const { version, path } = route.endpoint;
    addPath(router, `/${version}${path}`, route);
    if (version === router.first) addPath(router, path, route);
  }
  return router;
}

function addPath({ exact, patterns }: Router, path: string, route: Route): void {
  const { method } = route.endpoint;
  if (!path.includes(":")) {
    const methods = exact.get(path) ?? new Map<string, Route>();
    exact.set(path, methods.set(method, route));
    if (path !== "/") exact.set(path.slice(0, -1), methods);
    return;
  }
  const source = path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "([^/]+)");
  const regex = new RegExp(`^${source}?$`);
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
  for (const pattern of router.patterns) {
    const parts = pattern.regex.exec(path);
    const found = parts && pattern.methods.get(method);
    if (found) return { route: found, params: paramsOf(pattern, parts) };
  }
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
  const patterns = router.patterns.filter(({ regex }) => regex.test(path));
  return [
    ...(router.exact.get(path)?.keys() ?? []),
    ...patterns.flatMap(({ methods }) => [...methods.keys()]),
  ];
}

function refuse({ app, versions }: Router, path: string): never {
  const version = path.split("/")[1] ?? "";
  if (versions.includes(version)) {
    throw new MarcotError("UnknownEndpoint", `${app} ${version} has no endpoint at ${path}`);
  }
  throw new MarcotError(
    "UnknownVersion",
    `${app} has no ${version}; it serves ${versions.join(", ")}`,
  );
}
