-- enrich.lua: the name of a country beside its code, from a table in the script. Tables that are made while the script is
-- loaded are read-only afterwards, so every row finds the same.

local countries = { DE = "Germany", FR = "France", IN = "India", US = "United States" }
fields = { country_name = "varchar(60)" }

function transform(row, event)
  row.country_name = countries[row.country] or null
  return row
end
