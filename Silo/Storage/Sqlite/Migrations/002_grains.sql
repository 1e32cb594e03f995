-- What grains keep. A cleared state leaves its row with no payload: its version goes on.
CREATE TABLE grain_state (
    state   TEXT    NOT NULL, -- the name of the state
    grain   TEXT    NOT NULL, -- type/key
    version INTEGER NOT NULL,
    payload BLOB,
    PRIMARY KEY (state, grain)
);

CREATE TABLE reminder (
    grain    TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    hash     INTEGER NOT NULL, -- 0 to 2^32 - 1
    start_at INTEGER NOT NULL, -- 100 ns since 0001-01-01, UTC
    period   INTEGER NOT NULL, -- 100 ns
    version  INTEGER NOT NULL,
    PRIMARY KEY (grain, name)
) WITHOUT ROWID;

CREATE INDEX reminder_hash ON reminder (hash);
