/** Which commits say that they repair something, and which were made by programs. */

/** Every ticket is a "bug" to some trackers: what names a ticket says nothing. */
const REFERENCES = [
  /\bhttps?:\/\/\S+/gi,
  /\[\s*(?:(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|re(?:f|fs)?|see|bug|issue)[\s:-]*)*#?\d+[^\]]*\]/gi,
  /\(?\b(?:(?:fix(?:e[sd]|ing)?|close[sd]?|resolve[sd]?|refs?|see|for|part of|address(?:es)?)[\s:,-]*)?(?:\b(?:bugs?|issues?|ticket|gh|pr)[\s:_-]*#?\d+|#\d+)\)?/gi,
  /(?:\b(?:[Ff]ix(?:e[sd]|ing)?|[Cc]lose[sd]?|[Rr]esolve[sd]?)[\s:,-]*)?\b(?!UTF|ISO|SHA|HTTP|CVE|RFC|PEP)[A-Z][A-Z0-9]+-\d+\b/g,
];

const REPAIR =
  /\b(?:fix(?:e[sd]|ing|up)?|bugs?|bug-?fix(?:es)?|hot-?fix(?:es)?|crash(?:e[sd]|ing)?|regressions?|repair(?:s|ed|ing)?|broken|breakage|defects?|patch(?:es|ed)? up)\b/i;

/** `fix(api)!: …` */
const TYPED = /^(\w+)(?:\([^)]*\))?!?:\s/;

const TYPES = new Set(
  "feat feature fix hotfix bugfix docs doc style refactor perf test tests build ci chore revert wip deps release".split(
    " ",
  ),
);

/** How a commit's subject reads, by words and by its type; which of the two counts, all commits decide. */
export interface Read {
  readonly isRepair: boolean;
  /** `fix`, `feat`; undefined without one. */
  readonly type: "fix" | "other" | undefined;
}

export function readSubject(subject: string): Read {
  const type = TYPED.exec(subject)?.[1]?.toLowerCase();
  const isTyped = type !== undefined && TYPES.has(type);
  return {
    isRepair: REPAIR.test(subject) && REPAIR.test(withoutReferences(subject)), // most have no such word
    type: isTyped ? (type.endsWith("fix") ? "fix" : "other") : undefined,
  };
}

function withoutReferences(subject: string): string {
  // Subjects are of strangers: what is longer than a subject is not searched.
  return REFERENCES.reduce(
    (text, reference) => text.replace(reference, " "),
    subject.slice(0, 300),
  );
}

const BOT =
  /\[bot\]$|[-_ ]bot$|^(?:dependabot|renovate|greenkeeper|pyup|snyk|weblate|github-actions)\b/i;

export function isBot(name: string, mail: string): boolean {
  return BOT.test(name) || BOT.test(mail.slice(0, Math.max(0, mail.lastIndexOf("@"))));
}
