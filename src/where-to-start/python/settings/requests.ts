/** Apps that take part in every request, with the line of the settings that says so. */
import type { Project, UnitPlace } from "../../types/project.ts";
import { argumentsOf, next } from "../lexer/expressions.ts";
import { isOperator, lineOf, sign, STRING, valueOf } from "../lexer/tokens.ts";
import type { Settings } from "./load.ts";
import type { SettingsModule } from "./module.ts";
import type { Item } from "./value.ts";

const listNames = [
  "MIDDLEWARE",
  "MIDDLEWARE_CLASSES",
  "AUTHENTICATION_BACKENDS",
  "TEMPLATE_CONTEXT_PROCESSORS",
];

export function everyRequestOf(
  settings: Settings,
  units: readonly UnitPlace[],
): Project["inEveryRequest"] {
  const processors = settings.files.flatMap(contextProcessors);
  const entries = [
    ...listNames.flatMap((name) => settings.list(name).map((item) => ({ item, name }))),
    ...processors.map((item) => ({ item, name: "context_processors" })),
  ];
  const seen = new Set<string>();
  return entries.flatMap(({ item: { text, file, line }, name }) => {
    const unit = unitOf(text, units);
    const key = JSON.stringify([unit?.name, text, name]);
    if (unit === undefined || seen.has(key)) return [];
    seen.add(key);
    return [{ unit: unit.name, why: `${text} is in ${name}`, at: { file, line } }];
  });
}

/** The unit with the longest module name that the dotted path begins with. */
function unitOf(path: string, units: readonly UnitPlace[]): UnitPlace | undefined {
  let longest = 0;
  let found: UnitPlace | undefined;
  for (const unit of units) {
    for (const module of unit.modules) {
      if (module.length <= longest || !`${path}.`.startsWith(`${module}.`)) continue;
      longest = module.length;
      found = unit;
    }
  }
  return found;
}

/** `"context_processors": ["a.b", …]`, deep in TEMPLATES. */
function contextProcessors({ file, tokens }: SettingsModule): Item[] {
  const items: Item[] = [];
  for (let token = 0; token < tokens.count; token++) {
    if (tokens.kind[token] !== STRING || !isOperator(tokens, token + 1, sign.colon)) continue;
    if (valueOf(tokens, token) !== "context_processors" || next(tokens, token + 2) === token + 3)
      continue;
    for (const { start, end } of argumentsOf(tokens, token + 2)) {
      if (tokens.kind[start] === STRING && end === start + 1)
        items.push({ text: valueOf(tokens, start), file, line: lineOf(tokens, start) });
    }
  }
  return items;
}
