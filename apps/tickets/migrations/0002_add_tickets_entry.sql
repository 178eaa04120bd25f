ALTER TABLE "tickets"."tickets" ADD COLUMN "entry" integer;
