/** `marcot boundaries`: what crosses the boundaries of units today is listed, and what is new fails. */
import type { Command } from "commander";
import { addBoundariesCheck } from "./check.ts";
import { addTodo } from "./todo.ts";

export function addBoundaries(program: Command): void {
  const boundaries = program
    .command("boundaries")
    .description("write down what crosses boundaries today, and refuse what is new")
    .addHelpText(
      "after",
      "\nFor a project, and for any code that where-to-start can read. Nothing of it is run.\n\nExamples:\n  marcot boundaries todo\n  marcot boundaries check --format github",
    );
  addTodo(boundaries);
  addBoundariesCheck(boundaries);
}
