import { form } from "marcot";
import { v1 } from "./contract.ts";

export const createForm = form(v1.create, {
  controls: {
    ticket: { as: "hidden" },
    question: { label: "Question", hint: "As many people would ask it." },
    answer: { label: "Answer", as: "paragraph" },
  },
  submit: "Publish",
});
