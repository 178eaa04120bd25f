import { form } from "marcot";
import { v1 } from "./contract.ts";

export const openForm = form(v1.open, {
  controls: {
    subject: { label: "What is it about?" },
    body: { label: "What happened?", as: "paragraph" },
  },
  submit: "Open a ticket",
});

export const answerForm = form(v1.answer, {
  controls: { id: { as: "hidden" }, answer: { label: "Your answer", as: "paragraph" } },
  submit: "Answer",
});

export const resolveForm = form(v1.resolve, {
  controls: { id: { as: "hidden" } },
  submit: "Mark as resolved",
});
