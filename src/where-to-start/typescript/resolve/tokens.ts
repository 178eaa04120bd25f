/**
 * Which units provide what is asked for by a token of Nest, or by the name of a queue or an event. An identifier means
 * what is made where the imports of its file lead to: two of one spelling may be two things.
 */
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts } from "../../types/source.ts";
import { isTying } from "../../score/ties.ts";
import type { MeantBy } from "./makers.ts";

/** Units that provide what is asked for so in a file. */
export type ProvidersOf = (facts: FileFacts, asked: string) => ReadonlySet<UnitPlace>;

interface Provider {
  readonly unit: UnitPlace;
  /** Whether it is known what is meant. */
  readonly isMade: boolean;
}

export function providersIn(
  files: ReadonlyMap<string, FileFacts>,
  { meantBy, unitOf }: { readonly meantBy: MeantBy; readonly unitOf: UnitOf },
): ProvidersOf {
  const byMaking = new Map<string, Set<UnitPlace>>();
  const bySpelling = new Map<string, Provider[]>();
  for (const facts of files.values()) {
    const unit = unitOf(facts.file);
    if (unit === undefined || !isTying(facts)) continue;
    for (const { kind, what } of facts.declared ?? []) {
      if (kind !== "token") continue;
      const made = makingOf(meantBy, facts, what);
      if (made !== undefined) byMaking.set(made, (byMaking.get(made) ?? new Set()).add(unit));
      const spelled = bySpelling.get(what) ?? [];
      spelled.push({ unit, isMade: made !== undefined });
      bySpelling.set(what, spelled);
    }
  }
  return (facts, asked) => {
    const made = makingOf(meantBy, facts, asked);
    const known = made === undefined ? undefined : byMaking.get(made);
    if (known !== undefined) return known;
    const spelled = bySpelling.get(asked) ?? [];
    const isOther = made !== undefined && !isText(asked);
    return new Set(spelled.filter(({ isMade }) => !isMade || !isOther).map(({ unit }) => unit));
  };
}

type UnitOf = (file: string) => UnitPlace | undefined;

/** Queues and events have texts for names: two constants of one spelling may well have the same. */
function isText(asked: string): boolean {
  return /^(?:InjectQueue|OnEvent)\(/.test(asked);
}

/** What is meant, and by whom it is asked: `Inject`, of a token that some file makes. */
function makingOf(meantBy: MeantBy, facts: FileFacts, asked: string): string | undefined {
  const [, by, name] = /^(\w+)\(([\w$.]+)\)$/.exec(asked) ?? [];
  const made = name === undefined ? undefined : meantBy(facts, name);
  return made && [by, made.file, made.name].join("\0");
}
