-- json_pick.lua: one value out of a JSON column becomes a column of its own; the document stays as it is.

fields = { city = "varchar(100)" }

function transform(row, event)
  local doc = json.decode(row.doc)
  if doc ~= null and type(doc) == "table" and type(doc.address) == "table" then
    row.city = coalesce(doc.address.city)
  end
  return row
end
