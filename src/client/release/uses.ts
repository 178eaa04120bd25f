/** Who in the project needs what of another app: by its source files, and by the calls that were made. */
import type { Use } from "../../project/check/boundaries.ts";
import type { ProjectPlan } from "../../project/plan.ts";

/** Apps that this process provides and that need an endpoint, as `version.endpoint`. */
export type UsersOf = (app: string, version: string, endpoint: string) => readonly string[];

/**
 * Reads the sources once, and only where a release does not fit: the parser is a native package, which a
 * server that was installed lean may lack. Then the calls that are made say it.
 */
export async function usersIn(plan: ProjectPlan): Promise<UsersOf> {
  const local = new Set(plan.apps.filter(({ isLocal }) => isLocal).map(({ name }) => name));
  const uses = await scan(plan);
  return usersOf(uses.filter(({ app }) => local.has(app)));
}

export function usersOf(uses: readonly Use[]): UsersOf {
  return (app, version, endpoint) => [
    ...new Set(
      uses.filter((use) => use.uses === app && needs(use, version, endpoint)).map((use) => use.app),
    ),
  ];
}

async function scan({ folder, apps }: ProjectPlan): Promise<readonly Use[]> {
  try {
    const { ownApps, scanBoundaries } = await import("../../project/check/boundaries.ts");
    const listed = apps.map(({ name }) => name);
    return scanBoundaries({ project: folder, apps: ownApps(folder, listed), listed }).uses;
  } catch {
    return []; // not even a source that cannot be read ends a process that serves
  }
}

function needs({ versions, members }: Use, version: string, endpoint: string): boolean {
  if (members.length === 0) return versions.includes(version) || versions.includes("*");
  return members.some(
    (one) => ["*", version].includes(one.version) && ["*", endpoint].includes(one.name),
  );
}
