/** Queries through relations: `filter(ticket__owner__name=…)`, `select_related("owner")`. */
import { argumentsOf, stringOf } from "../lexer/expressions.ts";
import { isOperator, sign } from "../lexer/tokens.ts";
import type { Word } from "../lexer/words.ts";
import { hide, type Reading } from "./reading.ts";

/** Their keywords are look-ups. */
const byKeyword: ReadonlySet<Word | undefined> = new Set<Word>([
  "filter",
  "exclude",
  "get",
  "get_or_create",
  "update_or_create",
  "Q",
  "get_object_or_404",
  "get_list_or_404",
]);

/** Their strings are look-ups. */
const byString: ReadonlySet<Word | undefined> = new Set<Word>([
  "order_by",
  "values",
  "values_list",
  "only",
  "defer",
  "distinct",
  "F",
  "Count",
  "Sum",
  "Avg",
  "Min",
  "Max",
]);

/** Their strings are relations, and nothing else. */
const byRelation: ReadonlySet<Word | undefined> = new Set<Word>([
  "select_related",
  "prefetch_related",
  "Prefetch",
]);

/** What may stand at the end of a look-up and is no field. */
const ends = new Set(
  `exact iexact contains icontains in gt gte lt lte startswith istartswith endswith iendswith range date year
  iso_year month day week week_day iso_week_day quarter time hour minute second isnull regex iregex search
  has_key has_keys has_any_keys contained_by overlap len lower upper trim unaccent trigram_similar id pk`.split(
    /\s+/,
  ),
);

export function isQuery(word: Word | undefined): boolean {
  return byKeyword.has(word) || byString.has(word) || byRelation.has(word);
}

export function readQuery(reading: Reading, token: number, word: Word | undefined): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  for (const argument of argumentsOf(tokens, token + 1)) {
    const { keyword, start, stars } = argument;
    if (byKeyword.has(word)) {
      if (keyword !== undefined && hops(keyword) > 1) hide(reading, "look-up", keyword, start - 2);
      continue;
    }
    if (keyword !== undefined || stars > 0) continue;
    const path = stringOf(tokens, argument)?.replace(/^-/, "");
    if (path === undefined || !/^\w+$/.test(path)) continue;
    if (byRelation.has(word) || hops(path) > 1) hide(reading, "look-up", path, start);
  }
}

/** Fields on the way: 2 for `owner__name__icontains`; 1 for `name__icontains` and `owner__id`, which need no join. */
function hops(path: string): number {
  const parts = path.split("__").filter((part) => part !== "");
  while (parts.length > 1 && ends.has(parts.at(-1) ?? "")) parts.pop();
  return parts.length;
}
