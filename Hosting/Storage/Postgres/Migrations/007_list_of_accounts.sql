-- oldest program: 4
-- To go through the accounts in the order of their ids, which operators do.
CREATE INDEX grain_state_account ON grain_state (key_text) WHERE state = 'account';
