-- validate.lua: rows that the warehouse must not have are dead letters with a reason, so that somebody sees them.

function transform(row, event)
  if row.email == null or not contains(row.email, "@") then reject("no e-mail address") end
  if row.age ~= null and (row.age < 0 or row.age > 150) then reject("age " .. row.age) end
  return row
end
