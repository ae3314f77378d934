-- Figures of a form that the system had already: where they come from.
ALTER TABLE casework_case ADD COLUMN origins TEXT NOT NULL DEFAULT '{}';      -- JSON by field
