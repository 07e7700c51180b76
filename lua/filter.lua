-- filter.lua: test orders are not loaded; an order that becomes one is deleted from the target.

function transform(row, event)
  if row.status == "test" then drop("test order") end
  return row
end
