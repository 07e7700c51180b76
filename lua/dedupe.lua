-- dedupe.lua: a sender that repeats itself writes the same message under several ids; only the first one is loaded. What state
-- keeps is as old as the rows that are loaded, also after a crash. An update of a row is no repetition, and a deleted row
-- may come again.

function transform(row, event)
  local seen = "message " .. row.message_id
  local first = state.get(seen)
  if first ~= nil and first ~= row.id then drop("repeated message") end
  state.set(seen, row.id)
  return row
end

function delete(row, event)
  if state.get("message " .. row.message_id) == row.id then state.set("message " .. row.message_id, nil) end
  return row
end
