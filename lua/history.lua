-- history.lua: every version of a row stays, with the time from which on it held. The key of the target's table is the id and
-- that time, so an update is one row more. Of updates at one time the last one stays (flat messages tell milliseconds).

fields = { valid_from = "datetime(6)", gone = "boolean" }
key = { "id", "valid_from" }

function transform(row, event)
  row.valid_from = datetime(event.ts)
  row.gone = false
  return row
end

function delete(row, event)
  row.valid_from = datetime(event.ts)
  row.gone = true
  return keep(row)
end
