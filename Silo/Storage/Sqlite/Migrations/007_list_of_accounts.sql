-- oldest program: 4
-- The step is PostgreSQL's; here states are in this order already, and both have the same numbers.
SELECT 1;
