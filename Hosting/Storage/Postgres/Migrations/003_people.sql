-- Whose logs say something about an account, so that the account can be taken out of them when it is deleted: the logs
-- themselves are found by their owner alone. Names only.
CREATE TABLE contact_holder (
    contact text COLLATE "C" NOT NULL,
    holder  text COLLATE "C" NOT NULL,
    PRIMARY KEY (contact, holder)
);

CREATE INDEX contact_holder_holder ON contact_holder (holder);

INSERT INTO contact_holder (contact, holder)
SELECT DISTINCT peer, account FROM timeline WHERE kind = 3 AND peer IS NOT NULL;

-- A state that is cleared leaves no row any more: the key of a mailbox is somebody's address.
DELETE FROM grain_state WHERE payload IS NULL;

-- To go through the mailboxes: their secrets are sealed again with each new key.
CREATE INDEX grain_state_mailbox ON grain_state (key_text) WHERE state = 'mailbox';
