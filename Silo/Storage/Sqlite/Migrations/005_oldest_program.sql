-- oldest program: 4
-- The schema of the oldest programs that can still work with a database which has this step, as its first line says it
-- here: null if the step breaks all programs before it. So an upgrade can be taken back where no step breaks anything.
ALTER TABLE schema_version ADD COLUMN oldest_program INTEGER;
