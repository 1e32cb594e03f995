-- oldest program: 4
-- Who inserts the last entry of a block, and knows whom all of the block is about, writes the block's rows before it, in
-- the same transaction. The trigger looks at the 64 entries only where nobody has.
DO $do$
BEGIN
    FOR i IN 0..15 LOOP
        EXECUTE format($sql$
            CREATE OR REPLACE FUNCTION timeline_%1$s_seal() RETURNS trigger LANGUAGE plpgsql AS $seal$
            BEGIN
                IF EXISTS (
                    SELECT FROM timeline_peer WHERE account = NEW.account AND peer = NEW.peer AND block = NEW.seq >> 6
                    AND xmin = pg_current_xact_id()::xid) THEN
                    RETURN NULL;
                END IF;
                INSERT INTO timeline_peer (account, peer, block, entries)
                SELECT NEW.account, peer, NEW.seq >> 6, bit_or(1::bigint << (seq & 63)::int)
                FROM timeline_%1$s WHERE account = NEW.account AND seq BETWEEN NEW.seq - 63 AND NEW.seq AND peer IS NOT NULL GROUP BY peer
                ON CONFLICT (account, peer, block) DO UPDATE SET entries = EXCLUDED.entries;
                RETURN NULL;
            END
            $seal$;
            $sql$, lpad(i::text, 2, '0'));
    END LOOP;
END
$do$;
