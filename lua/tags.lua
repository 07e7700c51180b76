-- tags.lua: a list in a text becomes one row per entry. The key is the id and the tag, so the table in the target has both
-- as its key, and a delete removes each of them.

changes_key = true

local function each_tag(row)
  local rows = {}
  for _, tag in ipairs(split(row.tags, ",")) do
    local copy = row:copy()
    copy.tag = tag
    rows[#rows + 1] = copy
  end
  return rows
end

function transform(row, event)
  return each_tag(row)
end

function delete(row, event)
  return each_tag(row)
end
