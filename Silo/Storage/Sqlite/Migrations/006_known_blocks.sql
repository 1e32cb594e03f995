-- oldest program: 4
-- The step is PostgreSQL's; here it changes nothing, and both have the same numbers.
SELECT 1;
