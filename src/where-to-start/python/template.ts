/** A template of Django or Jinja: the routes, tag libraries, templates and permissions that it names. */
import type { FileFacts, Hidden } from "../types/source.ts";
import { isGeneratedFile, isTestFile } from "./file-kind.ts";

const tags =
  /\{%-?\s{0,20}(?:url\s{1,20}['"]([\w.:-]{1,200})['"]|load\s{1,20}([^%\n]{1,500})%\}|(?:extends|include|from|import)\s{1,20}['"]([\w./-]{1,200}\.\w{1,10})['"])|\burl\(\s{0,20}['"]([\w.:-]{1,200})['"]|\bperms\.(\w{1,100}\.\w{1,100})|has_perm\(\s{0,20}['"](\w{1,100}\.\w{1,100})['"]/g;

/** Takes time by the length of the text. */
export function readTemplate(file: string, text: string): FileFacts {
  const lines = text.split(/\r\n|\n|\r/);
  const hidden: Hidden[] = [];
  for (const [index, row] of lines.entries()) {
    const place = { file, line: index + 1 };
    for (const [, tag, libraries, other, call, perms, asked] of row.matchAll(tags)) {
      const url = tag ?? call;
      const permission = perms ?? asked;
      if (url !== undefined) hidden.push({ ...place, kind: "url", what: url });
      if (permission !== undefined) hidden.push({ ...place, kind: "permission", what: permission });
      if (other !== undefined) hidden.push({ ...place, kind: "template", what: other });
      for (const library of librariesOf(libraries))
        hidden.push({ ...place, kind: "template", what: library });
    }
  }
  return {
    file,
    language: "template",
    lines: lines.filter((row) => row.trim() !== "").length,
    isTest: isTestFile(file),
    isMigration: false,
    isGenerated: isGeneratedFile(file, text),
    imports: [],
    foreignKeys: [],
    hidden,
    outside: [],
    exports: [],
    models: [],
    problems: [],
  };
}

/** `{% load a b %}`, `{% load tag from a %}` */
function librariesOf(written: string | undefined): string[] {
  if (written === undefined) return [];
  const words = written.trim().split(/\s+/);
  const from = words.indexOf("from");
  return (from >= 0 ? words.slice(from + 1) : words).filter((word) => /^\w+$/.test(word));
}
