#!/usr/bin/env node
/** The command `marcot`, from anywhere below a project's folder. */
import { manage } from "./manage.ts";

await manage();
