-- What the ADO.NET providers of Orleans need. They bring no SQL of their own: they look statements up in the table
-- OrleansQuery by key, pass parameters of given names and read columns of given names. The tables and the statements
-- are ours; keys, parameters and columns are the providers' contract.
CREATE TABLE orleansquery (
    querykey  text PRIMARY KEY,
    querytext text NOT NULL
);

-- Grain state ---------------------------------------------------------------------------------------------------------

CREATE TABLE grain_state (
    grain_hash int    NOT NULL,
    state_hash int    NOT NULL,
    key_n0     bigint NOT NULL, -- with key_n1: a key that is a GUID or an integer
    key_n1     bigint NOT NULL,
    key_text   text COLLATE "C" NOT NULL, -- any other key, or the extension of such a one; '' for none
    state      text COLLATE "C" NOT NULL, -- the name of the state
    service    text COLLATE "C" NOT NULL,
    version    int    NOT NULL,
    payload    bytea,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (grain_hash, state_hash, key_n0, key_n1, key_text, state, service)
) WITH (fillfactor = 80); -- Room beside a row for its next version, so that no index is touched.

INSERT INTO orleansquery VALUES
('ReadFromStorageKey', $sql$
    SELECT payload AS PayloadBinary, version AS Version
    FROM grain_state
    WHERE grain_hash = @GrainIdHash AND state_hash = @GrainTypeHash AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString, '') AND state = @GrainTypeString AND service = @ServiceId
$sql$),
-- No row in the answer: the version was another, or there was a row where none was expected.
('WriteToStorageKey', $sql$
    WITH updated AS (
        UPDATE grain_state SET payload = @PayloadBinary, version = version + 1, changed_at = now()
        WHERE grain_hash = @GrainIdHash AND state_hash = @GrainTypeHash AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1
          AND key_text = coalesce(@GrainIdExtensionString, '') AND state = @GrainTypeString AND service = @ServiceId
          AND version = @GrainStateVersion
        RETURNING version
    ), inserted AS (
        INSERT INTO grain_state (grain_hash, state_hash, key_n0, key_n1, key_text, state, service, version, payload)
        SELECT @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''), @GrainTypeString, @ServiceId, 1, @PayloadBinary
        WHERE @GrainStateVersion IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version
    )
    SELECT version AS NewGrainStateVersion FROM updated
    UNION ALL
    SELECT version FROM inserted
$sql$),
('ClearStorageKey', $sql$
    UPDATE grain_state SET payload = NULL, version = version + 1, changed_at = now()
    WHERE grain_hash = @GrainIdHash AND state_hash = @GrainTypeHash AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString, '') AND state = @GrainTypeString AND service = @ServiceId
      AND version = @GrainStateVersion
    RETURNING version AS NewGrainStateVersion
$sql$),
('DeleteStorageKey', $sql$
    DELETE FROM grain_state
    WHERE grain_hash = @GrainIdHash AND state_hash = @GrainTypeHash AND key_n0 = @GrainIdN0 AND key_n1 = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString, '') AND state = @GrainTypeString AND service = @ServiceId
      AND version = @GrainStateVersion
    RETURNING version + 1 AS NewGrainStateVersion
$sql$);

-- Reminders -----------------------------------------------------------------------------------------------------------

CREATE TABLE reminder (
    service  text COLLATE "C" NOT NULL,
    grain    text COLLATE "C" NOT NULL,
    name     text COLLATE "C" NOT NULL,
    hash     int         NOT NULL, -- the 32 bits of an unsigned number, as a signed one
    start_at timestamptz NOT NULL,
    period   bigint      NOT NULL, -- milliseconds
    version  int         NOT NULL,
    PRIMARY KEY (service, grain, name)
);

CREATE INDEX reminder_hash ON reminder (service, hash);

INSERT INTO orleansquery VALUES
('ReadReminderRowsKey', $sql$
    SELECT grain AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM reminder WHERE service = @ServiceId AND grain = @GrainId
$sql$),
('ReadReminderRowKey', $sql$
    SELECT grain AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM reminder WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName
$sql$),
('ReadRangeRows1Key', $sql$
    SELECT grain AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM reminder WHERE service = @ServiceId AND hash > @BeginHash AND hash <= @EndHash
$sql$),
('ReadRangeRows2Key', $sql$
    SELECT grain AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM reminder WHERE service = @ServiceId AND (hash > @BeginHash OR hash <= @EndHash)
$sql$),
('UpsertReminderRowKey', $sql$
    INSERT INTO reminder AS stored (service, grain, name, hash, start_at, period, version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, @Period, 1)
    ON CONFLICT (service, grain, name) DO UPDATE
    SET hash = excluded.hash, start_at = excluded.start_at, period = excluded.period, version = stored.version + 1
    RETURNING version AS Version
$sql$),
('DeleteReminderRowKey', $sql$
    WITH gone AS (
        DELETE FROM reminder WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version
        RETURNING 1
    )
    SELECT count(*)::int FROM gone
$sql$),
('DeleteReminderRowsKey', $sql$
    DELETE FROM reminder WHERE service = @ServiceId
$sql$);

-- Membership ----------------------------------------------------------------------------------------------------------

-- One row per cluster. Every change of its silos moves it, from the version the writer has read.
CREATE TABLE membership_version (
    cluster text COLLATE "C" PRIMARY KEY,
    version int NOT NULL DEFAULT 0
);

CREATE TABLE membership (
    cluster       text COLLATE "C" NOT NULL,
    address       text COLLATE "C" NOT NULL,
    port          int         NOT NULL,
    generation    int         NOT NULL,
    silo_name     text        NOT NULL,
    host_name     text        NOT NULL,
    status        int         NOT NULL,
    proxy_port    int         NOT NULL, -- the gateway's; 0 for none
    suspect_times text,
    start_time    timestamptz NOT NULL,
    alive_time    timestamptz NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
) WITH (fillfactor = 50); -- Small, and rewritten every few seconds by every silo.

INSERT INTO orleansquery VALUES
('InsertMembershipVersionKey', $sql$
    WITH made AS (
        INSERT INTO membership_version (cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT count(*)::int FROM made
$sql$),
('InsertMembershipKey', $sql$
    WITH moved AS (
        UPDATE membership_version SET version = version + 1
        WHERE cluster = @DeploymentId AND version = @Version
          AND NOT EXISTS (
              SELECT FROM membership
              WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster
    ), made AS (
        INSERT INTO membership (cluster, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_time)
        SELECT cluster, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM moved
        RETURNING 1
    )
    SELECT count(*)::int FROM made
$sql$),
('UpdateMembershipKey', $sql$
    WITH moved AS (
        UPDATE membership_version SET version = version + 1
        WHERE cluster = @DeploymentId AND version = @Version
          AND EXISTS (
              SELECT FROM membership
              WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster
    ), changed AS (
        UPDATE membership SET status = @Status, suspect_times = @SuspectTimes, alive_time = @IAmAliveTime
        FROM moved
        WHERE membership.cluster = moved.cluster AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING 1
    )
    SELECT count(*)::int FROM changed
$sql$),
('UpdateIAmAlivetimeKey', $sql$
    UPDATE membership SET alive_time = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$sql$),
-- The version is in the answer also when the silo, or any silo, is not.
('MembershipReadRowKey', $sql$
    SELECT address AS Address, port AS Port, generation AS Generation, silo_name AS SiloName, host_name AS HostName, status AS Status,
           proxy_port AS ProxyPort, suspect_times AS SuspectTimes, start_time AS StartTime, alive_time AS IAmAliveTime, version AS Version
    FROM membership_version
    LEFT JOIN membership ON membership.cluster = membership_version.cluster AND address = @Address AND port = @Port AND generation = @Generation
    WHERE membership_version.cluster = @DeploymentId
$sql$),
('MembershipReadAllKey', $sql$
    SELECT address AS Address, port AS Port, generation AS Generation, silo_name AS SiloName, host_name AS HostName, status AS Status,
           proxy_port AS ProxyPort, suspect_times AS SuspectTimes, start_time AS StartTime, alive_time AS IAmAliveTime, version AS Version
    FROM membership_version
    LEFT JOIN membership ON membership.cluster = membership_version.cluster
    WHERE membership_version.cluster = @DeploymentId
$sql$),
('GatewaysQueryKey', $sql$
    SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
    FROM membership WHERE cluster = @DeploymentId AND status = @Status AND proxy_port > 0
$sql$),
('DeleteMembershipTableEntriesKey', $sql$
    WITH silos AS (DELETE FROM membership WHERE cluster = @DeploymentId)
    DELETE FROM membership_version WHERE cluster = @DeploymentId
$sql$),
-- Dead (6) alone: a silo of any other status may still be one.
('CleanupDefunctSiloEntriesKey', $sql$
    DELETE FROM membership WHERE cluster = @DeploymentId AND status = 6 AND alive_time < @IAmAliveTime
$sql$);
