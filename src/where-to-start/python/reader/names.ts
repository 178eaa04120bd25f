/** Ties by name: signals, tasks, routes, permissions, models. */
import {
  argumentsOf,
  type Argument,
  dottedBefore,
  dottedAt,
  nameOf,
  stringOf,
} from "../lexer/expressions.ts";
import { isName, isOperator, sign, textOf, type Tokens } from "../lexer/tokens.ts";
import { isUserModel, USER_MODEL } from "./fields.ts";
import { keepGivenModel } from "./given-models.ts";
import { declare, hide, type Reading } from "./reading.ts";

const ofDjango =
  /^(?:pre|post)_(?:init|save|delete|migrate|syncdb)$|^m2m_changed$|^request_(?:started|finished)$|^user_(?:logged_in|logged_out|login_failed)$|^class_prepared$/;

/** `@receiver(post_save, sender=User)`, `post_save.connect(f, sender=User)`, `done.send(sender=…)` */
export function readSignal(reading: Reading, token: number, isReceiver: boolean): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  if (isReceiver !== isOperator(tokens, token - 1, sign.at)) return;
  const args = argumentsOf(tokens, token + 1);
  const sender = args.find(({ keyword }) => keyword === "sender");
  const signals = isReceiver ? signalsAt(tokens, args[0]) : [signalBefore(tokens, token)];
  const names = signals.filter((signal) => signal !== "");
  if (!names.some((signal) => isReceiver || sender !== undefined || isSignal(reading, signal)))
    return;
  const word = textOf(tokens, token);
  // The second argument of `connect` is the sender too.
  const second = word === "connect" && args[1]?.keyword === undefined ? args[1] : undefined;
  const span = word.startsWith("send") ? undefined : (sender ?? second);
  const target = span === undefined ? undefined : senderAt(reading, span);
  if (target !== undefined) return hide(reading, "signal", target, token);
  for (const signal of new Set(names)) hide(reading, "signal", signal, token);
}

/** `post_save` of `post_save.connect` */
function signalBefore(tokens: Tokens, token: number): string {
  const { name } = dottedAt(tokens, dottedBefore(tokens, token));
  return name.split(".").slice(0, -1).join(".");
}

/** `post_save`, `[post_save, post_delete]` or the same in round brackets */
function signalsAt(tokens: Tokens, span: Argument | undefined): string[] {
  if (span === undefined) return [];
  const isList =
    isOperator(tokens, span.start, sign.openList) || isOperator(tokens, span.start, sign.open);
  const all = isList ? argumentsOf(tokens, span.start) : [span];
  return all.map(({ start }) => dottedAt(tokens, start).name);
}

function isSignal({ bindings }: Reading, signal: string): boolean {
  const [root = ""] = signal.split(".", 1);
  const from = bindings.get(root)?.from ?? "";
  return ofDjango.test(signal.split(".").at(-1) ?? "") || /(?:^|\.)signals?$/.test(from);
}

/** Undefined when it is the class itself, or nothing that has a name. */
function senderAt({ tokens, userNames }: Reading, span: Argument): string | undefined {
  const name = nameOf(tokens, span);
  if (isUserModel(tokens, span) || (name !== undefined && userNames.has(name))) return USER_MODEL;
  const target = stringOf(tokens, span) ?? name;
  return target !== undefined && /^(?:self|cls|None)\b/.test(target) ? undefined : target;
}

/** `@shared_task(name="a.b")` above a function gives it a name. */
export function readTaskDecorator(reading: Reading, token: number, name: number): void {
  const { tokens } = reading;
  if (!isName(tokens, name)) return;
  const given = keywordString(tokens, token + 1, "name");
  declare(reading, "task", { what: given ?? textOf(tokens, name), token: name });
}

/** `send_task("users.tasks.welcome")` */
export function readTaskCall(reading: Reading, token: number): void {
  const what = firstString(reading.tokens, token + 1);
  if (what !== undefined && /^[\w.]+$/.test(what)) hide(reading, "task", what, token);
}

/** `"task": "users.tasks.welcome"` in a schedule. */
export function readSchedule(reading: Reading, token: number, what: string): void {
  if (/^[A-Za-z_]\w*(?:\.\w+)+$/.test(what)) hide(reading, "task", what, token);
}

/** `reverse("app:name")`; a path or an address is no name. */
export function readReverse(reading: Reading, token: number): void {
  const what = firstString(reading.tokens, token + 1);
  if (what !== undefined && /^[\w.:-]+$/.test(what)) hide(reading, "url", what, token);
}

/**
 * `include("app.urls", namespace="space")`, `include(("app.urls", "space"))`: its routes stand here, by the module's
 * name, and what stands before the colon in theirs.
 */
export function readInclude(reading: Reading, token: number): void {
  const { tokens, bindings } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  const args = argumentsOf(tokens, token + 1);
  const [first, second] = args;
  if (first === undefined) return;
  const isTuple = isOperator(tokens, first.start, sign.open);
  const [routes, app] = isTuple ? argumentsOf(tokens, first.start) : [first, second];
  if (routes === undefined) return;
  const module = stringOf(tokens, routes);
  if (module !== undefined && /^[A-Za-z_][\w.]*$/.test(module))
    hide(reading, "url", `include(${module})`, token);
  const name = nameOf(tokens, routes);
  const isTaken = name !== undefined && bindings.has(name.split(".", 1)[0] ?? name);
  const of = module ?? (isTaken ? name : undefined);
  const given = args.filter(({ keyword }) => keyword === "namespace" || keyword === "app_name");
  if (app?.keyword === undefined && app !== undefined) given.push(app);
  if (isTuple && second !== undefined && second.keyword === undefined) given.push(second);
  for (const one of given) {
    const what = stringOf(tokens, one);
    if (what !== undefined) declare(reading, "url space", { what, of, token });
  }
}

/** `path("x/", view, name="y")` */
export function readRoute(reading: Reading, token: number): void {
  const what = keywordString(reading.tokens, token + 1, "name");
  if (what !== undefined) declare(reading, "url", { what, token });
}

/** `has_perm("app.change_x")` */
export function readPermission(reading: Reading, token: number): void {
  const what = firstString(reading.tokens, token + 1);
  // One with a verb of Django's is found as a string, wherever it stands.
  if (what !== undefined && /^\w+\.\w+$/.test(what) && !isPermission(what))
    hide(reading, "permission", what, token);
}

export function isPermission(text: string): boolean {
  return /^[a-z_]\w*\.(?:add|change|delete|view)_\w+$/.test(text);
}

/** `get_model("app", "Model")`, `get_by_natural_key("app", "model")`; `get_for_model(Model)` */
export function readModelByName(reading: Reading, token: number): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  const [first, second] = argumentsOf(tokens, token + 1);
  if (first === undefined) return;
  if (textOf(tokens, token) === "get_for_model") {
    const name = nameOf(tokens, first);
    if (name !== undefined && /(?:^|\.)[A-Z]\w*$/.test(name))
      hide(reading, "model by name", name, token);
    return;
  }
  const app = stringOf(tokens, first);
  const model = second === undefined ? undefined : stringOf(tokens, second);
  if (app === undefined || (model === undefined && !app.includes("."))) return;
  const what = model === undefined ? app : `${app}.${model}`;
  hide(reading, "model by name", what, token);
  if (textOf(tokens, token) === "get_model") keepGivenModel(reading, token, what);
}

/** `ContentType.objects.get(app_label="app", model="x")` */
export function readContentType(reading: Reading, token: number): void {
  const { tokens } = reading;
  const { name, end } = dottedAt(tokens, token);
  if (!/^ContentType\.objects\.\w+$/.test(name) || !isOperator(tokens, end, sign.open)) return;
  const app = keywordString(tokens, end, "app_label");
  const model = keywordString(tokens, end, "model");
  if (app !== undefined) hide(reading, "model by name", `${app}.${model ?? "*"}`, token);
}

function firstString(tokens: Tokens, open: number): string | undefined {
  if (!isOperator(tokens, open, sign.open)) return undefined;
  const [first] = argumentsOf(tokens, open);
  if (first === undefined || (first.keyword !== undefined && !first.keyword.endsWith("name")))
    return undefined;
  return stringOf(tokens, first);
}

function keywordString(tokens: Tokens, open: number, keyword: string): string | undefined {
  if (!isOperator(tokens, open, sign.open)) return undefined;
  const found = argumentsOf(tokens, open).find((argument) => argument.keyword === keyword);
  return found === undefined ? undefined : stringOf(tokens, found);
}
