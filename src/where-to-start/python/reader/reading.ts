/** What is known of a file while it is read. */
import type {
  Declared,
  DeclaredKind,
  Export,
  ForeignKey,
  Hidden,
  HiddenKind,
  Import,
  Outside,
  OwnWorldKind,
  Place,
} from "../../types/source.ts";
import { lineOf, type Tokens } from "../lexer/tokens.ts";

/** A class while its body is read. */
export interface ClassScope {
  readonly name: string;
  readonly line: number;
  /** As they are written: `models.Model`. */
  readonly bases: readonly string[];
  /** It stands in no function and no other class. */
  readonly isTop: boolean;
  hasField: boolean;
  hasMeta: boolean;
  isAbstract: boolean;
  isProxy: boolean;
  readonly keys: ForeignKey[];
  readonly attributes: Set<string>;
}

export interface Scope {
  readonly kind: "class" | "def" | "types";
  /** Its body stands further right. */
  readonly column: number;
  readonly of: ClassScope | undefined;
}

/** Where a name comes from: `from a.b import c as name` is a.b and c; `import a.b as name` is a.b alone. */
export interface Binding {
  readonly from: string;
  readonly name: string | undefined;
}

export interface Reading {
  readonly file: string;
  readonly tokens: Tokens;
  readonly isModelsFile: boolean;
  readonly isAppsFile: boolean;
  readonly scopes: Scope[];
  readonly bindings: Map<string, Binding>;
  /** Names that the file gives to the user model: `User = get_user_model()`. */
  readonly userNames: Set<string>;
  /** Variables that `get_model` gave a model; "" for one that has several in turn. */
  readonly givenModels: Map<string, string>;
  /** Calls of queries that are not over yet, with the model that each asks, where it says so. */
  readonly asked: { readonly end: number; readonly of: string | undefined }[];
  readonly classes: ClassScope[];
  readonly imports: Import[];
  readonly foreignKeys: ForeignKey[];
  readonly hidden: Hidden[];
  readonly outside: Outside[];
  readonly exports: Export[];
  readonly models: (Place & { readonly name: string })[];
  readonly declared: Declared[];
  /** Where each begins, and what it touches: known when all of the file is read. */
  readonly transactions: { readonly token: number; readonly names: string[] }[];
}

export function hide(reading: Reading, kind: HiddenKind, what: string, token: number): void {
  reading.hidden.push({ kind, what, ...placeOf(reading, token) });
}

export function uses(reading: Reading, kind: OwnWorldKind, what: string, token: number): void {
  reading.outside.push({ kind, what, ...placeOf(reading, token) });
}

export function declare(
  reading: Reading,
  kind: DeclaredKind,
  {
    what,
    of,
    token,
  }: { readonly what: string; readonly of?: string | undefined; readonly token: number },
): void {
  reading.declared.push({
    kind,
    what,
    ...(of === undefined ? {} : { of }),
    ...placeOf(reading, token),
  });
}

export function placeOf({ file, tokens }: Reading, token: number): Place {
  return { file, line: lineOf(tokens, token) };
}
