-- customers.lua: makes personal data unreadable before it reaches the warehouse.
--
-- The e-mail address becomes a hash, so that rows can still be joined by it; name and phone keep their shape only. The salt
-- keeps the hash of a known address from being looked up: change it, and keep it.

local SALT = "change-me:"
local masked = { "name", "phone" }

function transform(row, event)
  if row:has("email") and row.email ~= nil and row.email ~= null then
    row.email = hash(row.email:lower(), SALT)
  end
  for _, field in ipairs(masked) do
    if row:has(field) then row[field] = mask(row[field]) end
  end
  return row
end
