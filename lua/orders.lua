-- orders.lua: filters and transforms testdb.orders.
--
-- Rows with status "test" are not loaded; a row that becomes one is deleted from the target. The amount is also given in
-- cents, exactly, and the e-mail address is masked. Columns that the table lacks are skipped.

fields = { amount_cents = "bigint" }

function transform(row, event)
  if row.status == "test" then return nil end
  if row:has("amount") and row.amount ~= nil and row.amount ~= null then
    row.amount_cents = row.amount:scale(2)
  end
  if row:has("email") then
    row.email = mask(row.email)
  end
  return row
end
