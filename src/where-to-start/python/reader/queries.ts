/** Queries through relations: `filter(ticket__owner__name=…)`, `select_related("owner")`. */
import { type Argument, argumentsOf, dottedAt, stringOf } from "../lexer/expressions.ts";
import { isName, isOperator, sign } from "../lexer/tokens.ts";
import type { Word } from "../lexer/words.ts";
import { USER_MODEL } from "./fields.ts";
import { placeOf, type Reading } from "./reading.ts";

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

/** They calculate with what their strings name. */
const expressions = ["F", "Count", "Sum", "Avg", "Min", "Max"] as const;

/** Their strings are look-ups. */
const byString: ReadonlySet<Word | undefined> = new Set<Word>([
  "order_by",
  "values",
  "values_list",
  "only",
  "defer",
  "distinct",
  ...expressions,
]);

/** Their strings are relations, and nothing else. */
const byRelation: ReadonlySet<Word | undefined> = new Set<Word>([
  "select_related",
  "prefetch_related",
  "Prefetch",
]);

/** They say nothing themselves: what is in their brackets does. */
const around: ReadonlySet<Word | undefined> = new Set<Word>(["annotate", "aggregate"]);

/** They are no method of a query: the one that they stand in says what is asked. */
const inside: ReadonlySet<Word | undefined> = new Set<Word>(["Q", ...expressions, "Prefetch"]);

/** What may stand at the end of a look-up and is no field. */
const ends = new Set(
  `exact iexact contains icontains in gt gte lt lte startswith istartswith endswith iendswith range date year
  iso_year month day week week_day iso_week_day quarter time hour minute second isnull regex iregex search
  has_key has_keys has_any_keys contained_by overlap len lower upper trim unaccent trigram_similar id pk`.split(
    /\s+/,
  ),
);

export function isQuery(word: Word | undefined): boolean {
  return byKeyword.has(word) || byString.has(word) || byRelation.has(word) || around.has(word);
}

export function readQuery(reading: Reading, token: number, word: Word | undefined): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  const args = argumentsOf(tokens, token + 1);
  const of = modelAround(reading, { token, word, args });
  const find = (what: string, at: number) => {
    const isRelation = byRelation.has(word);
    const more = { ...(of === undefined ? {} : { of }), ...(isRelation ? { isRelation } : {}) };
    reading.hidden.push({ kind: "look-up", what, ...more, ...placeOf(reading, at) });
  };
  for (const argument of args) {
    const { keyword, start, stars } = argument;
    if (byKeyword.has(word)) {
      if (keyword !== undefined && fieldsOf(keyword).length > 1) find(keyword, start - 2);
      continue;
    }
    if (keyword !== undefined || stars > 0 || around.has(word)) continue;
    const path = stringOf(tokens, argument)?.replace(/^-/, "");
    if (path === undefined || !/^\w+$/.test(path)) continue;
    if (byRelation.has(word) || fieldsOf(path).length > 1) find(path, start);
  }
}

/** Fields on the way: two of `owner__name__icontains`; one of `name__icontains` and `owner__id`, which need no join. */
export function fieldsOf(path: string): string[] {
  const parts = path.split("__").filter((part) => part !== "");
  while (parts.length > 1 && ends.has(parts.at(-1) ?? "")) parts.pop();
  return parts;
}

interface Call {
  readonly token: number;
  readonly word: Word | undefined;
  readonly args: readonly Argument[];
}

/** Of the query itself, or of the one that it stands in: `Order.objects.filter(Q(…))`. */
function modelAround(reading: Reading, { token, word, args }: Call): string | undefined {
  const { tokens, asked } = reading;
  while ((asked.at(-1)?.end ?? token) < token) asked.pop();
  if (inside.has(word)) return asked.at(-1)?.of;
  const [first] = args;
  const isShort = word === "get_object_or_404" || word === "get_list_or_404";
  const of =
    isShort && first !== undefined ? modelAt(reading, first.start) : modelBefore(reading, token);
  asked.push({ end: tokens.mate[token + 1] ?? -1, of });
  return of;
}

/** Longer chains no person writes. */
const LINKS_MAX = 100;

/** Where the chain begins that ends here: `Order` of `Order.objects.filter(…).exclude`. */
function modelBefore(reading: Reading, token: number): string | undefined {
  const { tokens } = reading;
  let at = token;
  for (let links = 0; isOperator(tokens, at - 1, sign.dot); links++) {
    const close = at - 2;
    const open = isOperator(tokens, close, sign.close) ? (tokens.mate[close] ?? -1) : close + 1;
    if (links > LINKS_MAX || !isName(tokens, open - 1)) return undefined;
    at = open - 1;
  }
  return modelAt(reading, at);
}

/** `models.Order` of `models.Order.objects.filter`; `cls` of a method is its class. */
function modelAt({ tokens, scopes, userNames }: Reading, start: number): string | undefined {
  const { name } = dottedAt(tokens, start);
  const [root = ""] = name.split(".", 1);
  if (root === "get_user_model" || userNames.has(root)) return USER_MODEL;
  if (/^cls\.(?:objects|_default_manager)\./.test(name))
    return scopes.findLast(({ kind }) => kind === "class")?.of?.name;
  return /^(?:\w+\.)*?[A-Z]\w*(?=\.|$)/.exec(name)?.[0];
}
