/** Models that settings choose, as `settings.PRODUCT_MODEL`: Django calls them swappable. */
import type { FileFacts } from "../types/source.ts";
import type { Settings } from "./settings/load.ts";

interface ByName {
  readonly name: string;
  /** What it is when the settings say nothing. */
  readonly otherwise: string | undefined;
}

/** `settings.PRODUCT_MODEL`, `getattr(settings, "PRODUCT_MODEL", "shop.Product")`, as a foreign key has it. */
export function settingIn(to: string): ByName | undefined {
  const plain = /(?:^|\.)settings\.([A-Z]\w*)$/.exec(to)?.[1];
  if (plain !== undefined) return { name: plain, otherwise: undefined };
  const asked =
    /^getattr\((?:\w+\.)*settings, ?["']([A-Z]\w*)["'](?:, ?["'](\w+(?:\.\w+)+)["'])?\)$/.exec(to);
  return asked?.[1] === undefined ? undefined : { name: asked[1], otherwise: asked[2] };
}

/** By the name of the setting. */
export function swappedIn(
  facts: ReadonlyMap<string, FileFacts>,
  settings: Settings,
): ReadonlyMap<string, string> {
  const swapped = new Map<string, string>();
  for (const { foreignKeys } of facts.values()) {
    for (const { to } of foreignKeys) {
      const { name, otherwise } = settingIn(to) ?? {};
      if (name === undefined || swapped.has(name)) continue;
      const model = settings.text(name) ?? otherwise;
      if (model !== undefined) swapped.set(name, model);
    }
  }
  return swapped;
}
