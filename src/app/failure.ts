/** What a person is told of an error. A program reads its code; a person wants to know what to do now. */
import { errorTable, type MarcotError, type Ran } from "../errors.ts";

export interface Told {
  readonly title: string;
  /** What it means for who reads it, in a sentence or two. May be empty. */
  readonly text: string;
}

const GONE = "The address may be mistyped, or what was here may be gone.";
const LATER = "The rest of the site works. Please try again in a moment.";
const FOR_PROGRAMS = "This address is one that programs call, and it names nothing that is there.";

/** Without a text, the error's own message and fix are told: they are written for whoever reads them. */
const WORDS: Readonly<Record<string, Partial<Told>>> = {
  NotFound: { title: "There is no page here", text: GONE },
  MethodNotAllowed: {
    title: "There is no page here",
    text: "This address takes only what a form or a program sends to it.",
  },
  UnknownEndpoint: { title: "There is no page here", text: FOR_PROGRAMS },
  UnknownVersion: { title: "There is no page here", text: FOR_PROGRAMS },
  NotAllowed: { title: "This was refused" },
  BodyTooLarge: { title: "This is too much at once" },
  Unavailable: { title: "This part of the site cannot be reached", text: LATER },
  AppMoved: { title: "This part of the site is just moving", text: LATER },
  ConnectionLost: { title: "This part of the site did not finish its answer", text: LATER },
  TimedOut: { title: "This part of the site takes too long to answer", text: LATER },
  ContractBroken: { title: "This part of the site gave a wrong answer", text: LATER },
  DatabaseUnavailable: { title: "This part of the site cannot be used", text: LATER },
  InternalError: {
    title: "This page failed",
    text: "It is not your fault. If it happens again, tell the people who run this site.",
  },
};

export function tell(error: MarcotError): Told {
  const message = capitalised(error.message);
  if (Object.hasOwn(errorTable, error.code)) {
    const { title = error.title, text = `${message}. ${error.fix}` } = WORDS[error.code] ?? {};
    return { title, text };
  }
  const isAbsent = error.status === 404; // an error that a contract declares
  return { title: message, text: isAbsent ? GONE : "" };
}

/** What to know before sending again what could not be taken. */
export const beforeRepeating: Readonly<Record<Ran, string>> = {
  no: "Nothing was saved, and what you wrote is still here.",
  maybe: "It may have been saved all the same: please look before you send it again.",
  yes: "What you wrote is still here.",
};

function capitalised(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
