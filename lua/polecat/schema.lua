--- What a configuration may hold: checks that name the place of everything they refuse.
local M = {}

--- Looks at `value`, found at `path`; reports what is wrong and returns what to send on.
---@alias polecat.Check fun(value: any, path: string, report: fun(text: string)): any

---@param path string
---@param expected string
---@param value any
---@param report fun(text: string)
local function refuse(path, expected, value, report)
  local got = type(value) == 'string' and ('`' .. value .. '`') or ('a ' .. type(value))
  report(('`%s`: expected %s, got %s'):format(path, expected, got))
end

--- `command, socket`
---@param keys table<string, any>
---@return string
local function names(keys)
  local sorted = vim.tbl_keys(keys)
  table.sort(sorted)
  return table.concat(sorted, ', ')
end

---@type polecat.Check
function M.text(value, path, report)
  if type(value) ~= 'string' or value == '' then
    return refuse(path, 'a string that is not empty', value, report)
  end
  return value
end

--- A path, made absolute so that it means the same after a `:cd`.
---@type polecat.Check
function M.path(value, path, report)
  local text = M.text(value, path, report)
  return text and vim.fn.fnamemodify(text, ':p')
end

--- A template of a path, of which only `~/` at its beginning is for us to replace.
---@type polecat.Check
function M.template(value, path, report)
  local text = M.text(value, path, report)
  return text and text:find('^~/') and vim.fn.fnamemodify('~', ':p') .. text:sub(3) or text
end

--- A program by name, or by a path, which is made absolute.
---@type polecat.Check
function M.program(value, path, report)
  local text = M.text(value, path, report)
  return text and (text:find('/') and vim.fn.fnamemodify(text, ':p') or text)
end

--- A whole number that is not below `least`.
---@param least integer
---@return polecat.Check
function M.integer(least)
  return function(value, path, report)
    if type(value) ~= 'number' or value % 1 ~= 0 or value < least or value >= 2 ^ 31 then
      local expected = ('a whole number from %d'):format(least)
      local got = type(value) == 'number' and tostring(value) or value
      return refuse(path, expected, got, report)
    end
    return value
  end
end

---@param known string[]
---@return polecat.Check
function M.one_of(known)
  return function(value, path, report)
    if not vim.list_contains(known, value) then
      return refuse(path, 'one of ' .. table.concat(known, ', '), value, report)
    end
    return value
  end
end

--- Words of `known` with commas between them: `'waiting,died'`. May be empty.
---@param known string[]
---@return polecat.Check
function M.words(known)
  return function(value, path, report)
    if type(value) ~= 'string' then
      return refuse(path, 'a string such as `waiting,died`', value, report)
    end
    for _, word in ipairs(vim.split(value, ',', { plain = true, trimempty = true })) do
      M.one_of(known)(vim.trim(word), path, report)
    end
    return value
  end
end

---@param of polecat.Check
---@param items? string What they are; strings when it is not said.
---@return polecat.Check
function M.list(of, items)
  return function(value, path, report)
    if type(value) ~= 'table' or not vim.islist(value) then
      return refuse(path, 'a list of ' .. (items or 'strings'), value, report)
    end
    local out = {}
    for index, item in ipairs(value) do
      out[index] = of(item, ('%s[%d]'):format(path, index), report)
    end
    return out
  end
end

---@param value any
---@return boolean
local function is_table(value)
  return type(value) == 'table' and (next(value) == nil or not vim.islist(value))
end

--- A table of any names.
---@param of polecat.Check
---@return polecat.Check
function M.map(of)
  return function(value, path, report)
    if not is_table(value) then
      return refuse(path, 'a table with names as keys', value, report)
    end
    -- An empty Lua table would reach the backend as a list.
    local out = vim.empty_dict()
    for name, item in pairs(value) do
      out[tostring(name)] = of(item, path .. '.' .. tostring(name), report)
    end
    return out
  end
end

--- A table of these names and no others.
---@param known table<string, polecat.Check>
---@param needed? string A name that must be there.
---@return polecat.Check
function M.keys(known, needed)
  return function(value, path, report)
    if not is_table(value) then
      return refuse(path, 'a table', value, report)
    end
    local prefix = path == 'polecat' and '' or path .. '.'
    local out = vim.empty_dict()
    if needed and value[needed] == nil then
      report(('`%s` is missing'):format(prefix .. needed))
    end
    for name, item in pairs(value) do
      local place = prefix .. tostring(name)
      if known[name] then
        out[name] = known[name](item, place, report)
      else
        report(('`%s` is not known; known here: %s'):format(place, names(known)))
      end
    end
    return out
  end
end

return M
