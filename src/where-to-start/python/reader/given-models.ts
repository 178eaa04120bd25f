/** Variables that are models: `User = get_user_model()`, `Item = apps.get_model("shop", "Item")`. */
import type { GivenModel } from "../../types/source.ts";
import { dottedBefore, next } from "../lexer/expressions.ts";
import { END, isName, isOperator, sign, textOf } from "../lexer/tokens.ts";
import { USER_MODEL } from "./fields.ts";
import type { Reading } from "./reading.ts";

/** Where all that is on the right is a call of `get_model`, whose name is `token`. */
export function keepGivenModel(reading: Reading, token: number, what: string): void {
  const { tokens, scopes, givenModels: known } = reading;
  const name = dottedBefore(tokens, token) - 2;
  const after = next(tokens, token + 1);
  const isWhole = after >= tokens.count || tokens.kind[after] === END;
  const isFirst = name === 0 || tokens.kind[name - 1] === END;
  if (!isWhole || !isFirst || !isName(tokens, name) || !isOperator(tokens, name + 1, sign.is))
    return;
  // An attribute of a class is none of its file's names.
  if (scopes.findLast(({ kind }) => kind !== "types")?.kind === "class") return;
  const variable = textOf(tokens, name);
  known.set(variable, (known.get(variable) ?? what) === what ? what : "");
}

export function isGivenModel({ userNames, givenModels: known }: Reading, name: string): boolean {
  return userNames.has(name) || (known.get(name) ?? "") !== "";
}

export function givenModels({ userNames, givenModels: known }: Reading): GivenModel[] {
  const users = [...userNames].map((name) => ({ name, what: USER_MODEL }));
  const named = [...known].map(([name, what]) => ({ name, what }));
  return [...users, ...named.filter(({ what }) => what !== "")];
}
