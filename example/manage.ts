/** The commands of the project: `node manage.ts runserver` is `npx marcot runserver`. */
import { manage } from "marcot/manage";

await manage();
