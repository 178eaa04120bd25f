/**
 * The part of `check` that looks at versions: the law of their steps, tried with seeded values, what a
 * step loses, and versions that end.
 */
import { type About, aboutOf, type AnyContract, versionsOf } from "../../contract/contract.ts";
import { type Endpoint, nameOf } from "../../contract/endpoint.ts";
import { type Breach, breachesOf } from "../../contract/law/law.ts";
import { lossesOf, lossesOfEvent } from "../../contract/law/loss.ts";
import { errorsBetween } from "../../contract/steps/plan.ts";
import type { Use } from "./boundaries.ts";
import { type Finding, type Place, toFinding } from "./findings.ts";

/** `where` is the file of the contract. */
export function checkContract(newest: AnyContract, where: Place): Finding[] {
  return [
    ...breachesOf(newest).map((breach) => ofBreach(breach, where)),
    ...versionsOf(newest).flatMap((version) => checkVersion(version, where)),
  ];
}

/** A value as long as a line of a screen says enough. */
const VALUE_MAX = 200;

function ofBreach({ name, to, what, value }: Breach, where: Place): Finding {
  if (value === undefined) {
    const hint = "Nothing is wrong yet; a test of the app has to try these steps.";
    return toFinding("contracts.W002", where, `${name} to ${to} was not tried: ${what}`, hint);
  }
  const shown = value.length > VALUE_MAX ? `${value.slice(0, VALUE_MAX)}…` : value;
  const hint = "Correct the step, or say what it loses where it is a convert.";
  const sentence = `${name} to ${to}: ${what}; the value is ${shown}`;
  return toFinding("contracts.E001", where, sentence, hint);
}

function checkVersion(version: AnyContract, where: Place): Finding[] {
  const { app, version: name, endpoints, events, life } = aboutOf(version);
  if (life.retired?.gone) return [];
  const losses = [
    ...endpoints.map((one) => [one, lossesOf(one)] as const),
    ...events.map((one) => [one, lossesOfEvent(one)] as const),
  ];
  const findings = losses.flatMap(([one, words]) =>
    words.map((loss) => {
      const hint = `Have callers move to ${name}, or use a step that loses nothing.`;
      return toFinding("contracts.W001", where, `${nameOf(one)} for older callers: ${loss}`, hint);
    }),
  );
  findings.push(...endpoints.flatMap((endpoint) => unnamedErrors(endpoint, where)));
  if (life.retired && life.retired.sunset === undefined) {
    const what = `${app}/${name} is deprecated, and its callers do not learn until when it stays`;
    findings.push(toFinding("contracts.W004", where, what, "Give retire() a sunset."));
  }
  return findings;
}

/** An error that came with this version: callers of the one before meet ContractBroken in its place. */
function unnamedErrors(endpoint: Endpoint, where: Place): Finding[] {
  const { previous } = endpoint;
  if (previous === undefined) return [];
  const known = errorsBetween(endpoint, previous);
  const unknown = Object.keys(endpoint.errors).filter((error) => !known.has(error));
  return unknown.map((error) => {
    const what = `${nameOf(endpoint)} has the error ${error}, which ${previous.version} does not name`;
    const hint = `Say what it was before: error("…", "${error}", { keep: true }).`;
    return toFinding("contracts.W003", where, what, hint);
  });
}

/** Callers of versions that end, where the project's own files name them. */
export function checkCallers(newest: AnyContract, uses: readonly Use[]): Finding[] {
  return versionsOf(newest)
    .map(aboutOf)
    .flatMap((about) => {
      const callers = uses.filter(
        (use) => use.uses === about.app && use.versions.includes(about.version),
      );
      return callers.flatMap((use) => callerOfEnding(use, about, aboutOf(newest).version));
    });
}

function callerOfEnding(use: Use, { app, version, life }: About, newest: string): Finding[] {
  const { retired } = life;
  if (retired === undefined) return [];
  const { file, line } = use;
  const hint = `Use ${newest}, or the next version that stays.`;
  const what = `${use.app} calls ${app}/${version}, which is`;
  if (retired.gone) return [toFinding("contracts.E002", { file, line }, `${what} gone`, hint)];
  const until = retired.sunset === undefined ? "" : ` and stays until ${retired.sunset}`;
  const since = `${what} deprecated from ${retired.deprecated} on${until}`;
  return [toFinding("contracts.W005", { file, line }, since, hint)];
}
