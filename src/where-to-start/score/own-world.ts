/**
 * A unit's own outside world: libraries, settings and hosts that only it uses. In the back-test this told more
 * about which app would leave than all of its history.
 */
import { bySpelling } from "../order.ts";
import type { UnitPlace } from "../types/project.ts";
import type { FileFacts, Outside } from "../types/source.ts";
import type { Evidence } from "./facts.ts";
import { isOwnCode } from "./ties.ts";

/** By unit: each thing once, where it is used first. */
export function ownWorlds(
  { units, project }: Pick<Evidence, "units" | "project">,
  /** What the project itself uses (settings, urls, wsgi), which is nobody's own. */
  shared: ReadonlySet<string>,
): ReadonlyMap<string, readonly Outside[]> {
  const own = new Set(project.own);
  const users = new Map<string, Set<string>>();
  const first = new Map<string, Outside>();
  for (const { place, files } of units) {
    for (const file of files.filter((one) => isOwnCode(one) && !isTool(one, place))) {
      for (const outside of file.outside) {
        // Settings are read there for all, also where a unit holds them.
        if (outside.kind === "setting" && own.has(file.file)) continue;
        const key = keyOf(outside);
        const known = users.get(key) ?? new Set();
        if (!known.has(place.name)) first.set(`${place.name} ${key}`, outside);
        users.set(key, known.add(place.name));
      }
    }
  }
  const worlds = new Map<string, Outside[]>(units.map(({ place }) => [place.name, []]));
  for (const [key, names] of users) {
    const [only] = names;
    const outside = first.get(`${only} ${key}`);
    if (names.size === 1 && only !== undefined && outside !== undefined && !shared.has(key))
      worlds.get(only)?.push(outside);
  }
  for (const world of worlds.values()) world.sort(byKind);
  return worlds;
}

/** By their names: of Nest, `mail.config.ts` is what runs. */
const TOOLS =
  "astro|babel|commitlint|craco|cypress|drizzle|esbuild|eslint|gatsby|jest|knip|lint-staged|metro|next|nuxt|playwright|postcss|prettier|release|remix|rollup|rsbuild|rspack|size-limit|stylelint|svelte|tailwind|tsdown|tsup|uno|vite|vitest|wdio|webpack";

/** `tsup.config.ts`, `webpack.dev.config.js`, `.eslintrc.cjs`, `Gruntfile.js`. */
const TOOL = new RegExp(
  String.raw`(?:^|/)(?:(?:${TOOLS})(?:[.-][\w-]+)*\.config(?:\.[\w-]+)?|\.[\w-]+|gulpfile|[Gg]runtfile|config-overrides|karma\.conf)\.[cm]?[jt]s$`,
);

/** What builds, checks or publishes the unit, and is not there where it runs: `.storybook/`, `scripts/` of a package. */
function isTool({ file, language }: FileFacts, { path, kind }: UnitPlace): boolean {
  if (language !== "typescript") return false;
  const within = file.slice(path === "" ? 0 : path.length + 1);
  const isScript = kind === "workspace" && within.startsWith("scripts/");
  return TOOL.test(within) || /(?:^|\/)\./.test(within) || isScript;
}

export function keyOf({ kind, what }: Outside): string {
  return `${kind} ${what}`;
}

function byKind(a: Outside, b: Outside): number {
  return bySpelling(a.kind, b.kind) || bySpelling(a.what, b.what);
}
