-- Who follows which case, and how far they have seen it: by the last event and the last comment.
CREATE TABLE casework_following (
  jurisdiction TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  seen_event   BIGINT NOT NULL,
  seen_comment BIGINT NOT NULL,
  mentioned    BIGINT NOT NULL,          -- the last comment that names them, or 0
  handed_by    TEXT NOT NULL,            -- name of whom it was taken over from, '' otherwise
  PRIMARY KEY (jurisdiction, user_id, case_id)
);
CREATE INDEX casework_following_case ON casework_following (jurisdiction, case_id);

-- Days in a form that belong into the calendar of whoever may see the case.
CREATE TABLE casework_day (
  jurisdiction TEXT NOT NULL,
  day          TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  field        TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, day, case_id, field)
);
CREATE INDEX casework_day_case ON casework_day (jurisdiction, case_id);
