-- json_pick.lua: one value out of a JSON column becomes a column of its own; the document stays as it is.

fields = { city = "varchar(100)" }

function transform(row, event)
  row.city = coalesce(json.get(row.doc, "address", "city"))
  return row
end
