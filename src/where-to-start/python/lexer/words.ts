/** Words that the reader looks for. Each has a number, so that a name is compared once, while it is read. */

const words = [
  "import",
  "from",
  "as",
  "class",
  "def",
  "async",
  "if",
  "with",
  "TYPE_CHECKING",
  "__import__",
  "import_module",
  "import_string",
  "settings",
  "getattr",
  "hasattr",
  "environ",
  "getenv",
  "env",
  "config",
  "filter",
  "exclude",
  "get",
  "get_or_create",
  "update_or_create",
  "Q",
  "get_object_or_404",
  "get_list_or_404",
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
  "select_related",
  "prefetch_related",
  "Prefetch",
  "annotate",
  "aggregate",
  "atomic",
  "commit_on_success",
  "commit_manually",
  "receiver",
  "connect",
  "send",
  "send_robust",
  "shared_task",
  "task",
  "periodic_task",
  "send_task",
  "signature",
  "include",
  "reverse",
  "reverse_lazy",
  "redirect",
  "resolve_url",
  "path",
  "re_path",
  "url",
  "app_name",
  "has_perm",
  "permission_required",
  "get_model",
  "get_for_model",
  "get_by_natural_key",
  "ContentType",
  "INSTALLED_APPS",
  "add_to_class",
] as const;

export type Word = (typeof words)[number];

/** By number, from 1; 0 is any other name. */
const byNumber: readonly (Word | undefined)[] = [undefined, ...words];

export function wordOf(number: number): Word | undefined {
  return byNumber[number];
}

/** The hash of a name, letter by letter; starts at 0. */
export function hash(before: number, code: number): number {
  return (Math.imul(before, 31) + code) | 0;
}

/** A power of two, about thirty times the words: nearly every other name meets an empty place. */
const SIZE = 2048;

const numbers = new Uint8Array(SIZE);
for (const [index, word] of words.entries()) {
  let at = 0;
  for (let i = 0; i < word.length; i++) at = hash(at, word.charCodeAt(i));
  at &= SIZE - 1;
  while (numbers[at] !== 0) at = (at + 1) & (SIZE - 1);
  numbers[at] = index + 1;
}

/** The number of the word that stands from `start` to `end`; 0 when it is any other name. */
export function numberOf(text: string, start: number, end: number, hashed: number): number {
  for (let at = hashed & (SIZE - 1); ; at = (at + 1) & (SIZE - 1)) {
    const number = numbers[at] ?? 0;
    if (number === 0) return 0;
    const word = byNumber[number] ?? "";
    if (word.length === end - start && text.startsWith(word, start)) return number;
  }
}
