-- soft_delete.lua: a row that MySQL deletes stays in the target, with the time of its end.

fields = { deleted_at = "datetime(6)" }

function transform(row, event)
  row.deleted_at = null
  return row
end

function delete(row, event)
  row.deleted_at = tostring(event.ts)
  return keep(row)
end
