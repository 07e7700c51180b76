-- rename.lua: two columns get the names that the warehouse uses, and one does not leave MySQL at all. The script reads and
-- writes them by MySQL's names; a column that MySQL renames or drops follows.

rename = { ts = "created_at", amt = "amount" }
skip = { "internal_note" }

function transform(row, event)
  if row.internal_note == "do not export" then drop("not for the warehouse") end
  return row
end
