-- Which entries of a log are about whom, for a block of 64 seqs at a time, in place of an index entry for each row. A
-- block is written by the insert of its last seq; what comes after the last whole block is read from the log itself.
DROP INDEX timeline_peer;

CREATE TABLE timeline_peer (
    account TEXT    NOT NULL,
    peer    TEXT    NOT NULL,
    block   INTEGER NOT NULL, -- seq / 64
    entries INTEGER NOT NULL, -- bit n: the entry with the seq block * 64 + n is about the peer
    PRIMARY KEY (account, peer, block)
) WITHOUT ROWID;

CREATE TRIGGER timeline_seal AFTER INSERT ON timeline WHEN (NEW.seq & 63) = 63
BEGIN
    INSERT OR REPLACE INTO timeline_peer (account, peer, block, entries)
    SELECT account, peer, NEW.seq >> 6, sum(1 << (seq & 63))
    FROM timeline WHERE account = NEW.account AND seq BETWEEN NEW.seq - 63 AND NEW.seq AND peer IS NOT NULL GROUP BY peer;
END;

INSERT INTO timeline_peer (account, peer, block, entries)
SELECT account, peer, seq >> 6, sum(1 << (seq & 63))
FROM timeline AS entry
WHERE peer IS NOT NULL AND seq < (((SELECT max(seq) FROM timeline WHERE account = entry.account) + 1) & ~63)
GROUP BY account, peer, seq >> 6;
