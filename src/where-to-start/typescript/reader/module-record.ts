/** What a text imports and exports, as oxc's parser tells it, with its syntax tree and without it. */
import { createRequire } from "node:module";
import { basename } from "node:path";
import {
  type EcmaScriptModule,
  type OxcError,
  type ParseResult,
  type ParserOptions,
  parseSync,
} from "oxc-parser";

/** The functions that oxc-parser calls itself: it exports them, but not their types. */
interface Native {
  parseSync(
    file: string,
    text: string,
    options: ParserOptions,
  ): ModuleRecord & {
    /** As JSON, for the first who asks. */
    readonly program: string;
  };
}

const native = createRequire(import.meta.url)("oxc-parser/src-js/bindings") as Native;

export interface ModuleRecord {
  readonly module: EcmaScriptModule;
  readonly errors: readonly OxcError[];
}

/** `file` says by its ending which language it is. */
export function moduleRecordOf(file: string, text: string): ModuleRecord {
  const parsed = native.parseSync(basename(file), text, { ...languageOf(file), astType: "js" }); // fewer fields of a tree that nobody reads
  const { module, errors } = parsed;
  // The parser has written the tree as JSON, 14 times as long as the text, where V8 neither sees it nor hurries to
  // free it: of 2,000 files 90 MB. Whoever asks for it takes it. What oxc-parser exports in the first place would
  // also read it.
  void parsed.program;
  return { module, errors };
}

export function treeOf(file: string, text: string): ParseResult {
  return parseSync(basename(file), text, languageOf(file));
}

/** JSX stands in files of any ending of JavaScript. What else these two endings say has to be told with it. */
function languageOf(file: string): ParserOptions {
  const [, kind] = /\.([cm]?)js$/.exec(file) ?? [];
  if (kind === undefined) return {};
  if (kind === "") return { lang: "jsx" };
  return { lang: "jsx", sourceType: kind === "c" ? "commonjs" : "module" };
}
