-- A voice may carry a score; who took a step counts by rounds; a publication has its title in English where the type says it.
ALTER TABLE casework_voice ADD COLUMN score TEXT NOT NULL DEFAULT '';                 -- exact decimal
ALTER TABLE casework_took ADD COLUMN live BIGINT NOT NULL DEFAULT 1;                  -- in the present round
ALTER TABLE casework_publication ADD COLUMN title_en TEXT NOT NULL DEFAULT '';
