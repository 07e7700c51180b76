-- fanout.lua: one row becomes several, and deletes follow.
--
-- Every row is loaded twice: as it is, and under its id plus ten million with the status "archive". A delete has to find
-- both, so the script says which rows a delete removes.

changes_key = true

local ARCHIVE = 10000000

local function archived(row)
  local copy = row:copy()
  copy.id = row.id + ARCHIVE
  return copy
end

function transform(row, event)
  local copy = archived(row)
  copy.status = "archive"
  return { row, copy }
end

function delete(row, event)
  return { row, archived(row) }
end
