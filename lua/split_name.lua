-- split_name.lua: "Doe, Jane" becomes two columns; what has no comma stays whole in last_name.

fields = { first_name = "varchar(100)", last_name = "varchar(100)" }

function transform(row, event)
  if row.name == null then return row end
  local last, first = row.name:match("^%s*(.-)%s*,%s*(.-)%s*$")
  row.last_name = last or row.name
  row.first_name = first or null
  return row
end
