-- route.lua: orders go to the table of their region. One that moves leaves the table where it was, and a delete finds it
-- wherever it is.

to = { "shop.orders_eu", "shop.orders_us" }

function transform(row, event)
  if row.region == "EU" then return event:to("shop.orders_eu", row) end
  if row.region == "US" then return event:to("shop.orders_us", row) end
  return row
end
