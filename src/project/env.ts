/**
 * Everything that varies between deployments is read from the environment (12factor, III). A variable
 * is described in settings.ts and read when the project starts, so that all mistakes are found at once.
 */
import { MarcotError } from "../errors.ts";

export interface Variable<T> {
  readonly is: "variable";
  readonly name: string;
  /** Reads the variable; throws SettingInvalid, whose message names it, when it is wrong or missing. */
  read(environment: Environment): T;
  /** What the variable is when it is not set. Without this, it must be set. */
  default(value: T): Variable<T>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Kind<T> {
  readonly expected: string;
  /** Undefined when the text is not one. */
  readonly parse: (text: string) => T | undefined;
}

function variable<T>(name: string, kind: Kind<T>, fallback?: { readonly value: T }): Variable<T> {
  return Object.freeze({
    is: "variable",
    name,
    read(environment: Environment): T {
      const text = environment[name];
      if (text === undefined || text === "") {
        if (fallback) return fallback.value;
        throw new MarcotError("SettingInvalid", `${name} is not set: expected ${kind.expected}`);
      }
      const value = kind.parse(text);
      if (value !== undefined) return value;
      throw new MarcotError("SettingInvalid", `${name} is wrong: expected ${kind.expected}`);
    },
    default: (value: T) => variable(name, kind, { value }),
  });
}

const kinds = {
  text: { expected: "text", parse: (text: string) => text },
  integer: {
    expected: "a whole number",
    parse: (text: string) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined),
  },
  boolean: {
    expected: "true or false",
    parse: (text: string) => (text === "true" ? true : text === "false" ? false : undefined),
  },
  list: {
    expected: "words with commas between them",
    parse: (text: string) => text.split(",").map((part) => part.trim()),
  },
  url: {
    expected: "a URL, such as postgres://user@host/database",
    parse: (text: string) => (URL.canParse(text) ? text : undefined),
  },
};

/** Variables of the environment by kind. The values of wrong ones are never printed: they may be secret. */
export const env = {
  text: (name: string): Variable<string> => variable(name, kinds.text),
  integer: (name: string): Variable<number> => variable(name, kinds.integer),
  boolean: (name: string): Variable<boolean> => variable(name, kinds.boolean),
  list: (name: string): Variable<string[]> => variable(name, kinds.list),
  url: (name: string): Variable<string> => variable(name, kinds.url),
};

export function isVariable(value: unknown): value is Variable<unknown> {
  return typeof value === "object" && value !== null && "is" in value && value.is === "variable";
}
