-- The log of every account. Names are compared byte by byte: cheaper, and the same on every server.
CREATE TABLE timeline (
    account  text COLLATE "C" NOT NULL,
    seq      bigint   NOT NULL,
    kind     smallint NOT NULL,
    at       bigint   NOT NULL, -- milliseconds of the Unix epoch
    peer     text COLLATE "C",
    peer_seq bigint,            -- the same thing in the peer's log
    dedupe   text COLLATE "C",
    data     bytea,             -- NULL: as in (peer, peer_seq)
    PRIMARY KEY (account, seq)
) PARTITION BY HASH (account);

CREATE UNIQUE INDEX timeline_dedupe ON timeline (account, dedupe) WHERE dedupe IS NOT NULL;
CREATE INDEX timeline_peer ON timeline (account, peer, seq DESC) WHERE peer IS NOT NULL;

-- Sixteen: indexes that stay shallow, vacuum in parallel, and few enough to plan over.
DO $$
BEGIN
    FOR i IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE timeline_%s PARTITION OF timeline FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            lpad(i::text, 2, '0'), i);
    END LOOP;
END
$$;

-- What an account's entry still calls for in another account's log. Rows come and go at once, so vacuum often.
CREATE TABLE outbox (
    sender    text COLLATE "C" NOT NULL,
    seq       bigint   NOT NULL,
    at        bigint   NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    kind      smallint NOT NULL,
    data      bytea    NOT NULL,
    PRIMARY KEY (sender, seq)
) WITH (autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX outbox_recipient ON outbox (recipient);

-- ASP.NET Core Data Protection: what tokens and stored secrets are encrypted with.
CREATE TABLE data_protection_keys (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    xml  text NOT NULL
);
