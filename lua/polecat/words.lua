--- The words of a command line: names, `key=value` pairs, and `cmd=`, which takes all that follows.
local M = {}

--- The first word of `text` and what follows it. `\ ` is a blank in a word, `\\` a backslash.
---@param text string
---@return string word Empty at the end.
---@return string rest
function M.first(text)
  local word, at = {}, #text:match('^%s*') + 1
  while at <= #text do
    local char, following = text:sub(at, at), text:sub(at + 1, at + 1)
    if char:find('%s') then
      break
    elseif char == '\\' and (following == '\\' or following:find('%s')) then
      char, at = following, at + 1
    end
    word[#word + 1] = char
    at = at + 1
  end
  return table.concat(word), (text:sub(at):gsub('^%s+', ''))
end

--- All words of `text`.
---@param text string
---@return string[]
function M.all(text)
  local words = {}
  local word, rest = M.first(text)
  while word ~= '' do
    words[#words + 1] = word
    word, rest = M.first(rest)
  end
  return words
end

---@param known string[]
---@return string
local function list(known)
  return table.concat(
    vim.tbl_map(function(key)
      return '`' .. key .. '=`'
    end, known),
    ', '
  )
end

--- What is wrong with the pair `key=value`.
---@param word string
---@param key? string
---@param value string
---@param known string[]
---@param found table<string, string>
---@return string?
local function problem(word, key, value, known, found)
  if not key then
    return ('`%s`: expected key=value with one of %s'):format(word, list(known))
  elseif not vim.list_contains(known, key) then
    return ('`%s=` is not known; known here: %s'):format(key, list(known))
  elseif found[key] then
    return ('`%s=` is given twice'):format(key)
  elseif value == '' then
    return ('`%s=` has no value'):format(key)
  end
end

--- Reads `key=value` pairs; the value of `cmd=` is the rest of the line as it stands.
---@param text string
---@param known string[]
---@return table<string, string>? pairs
---@return string? err
function M.pairs(text, known)
  local found = {}
  while text ~= '' do
    local word, rest = M.first(text)
    local raw = vim.list_contains(known, 'cmd') and text:match('^cmd=(.*)$')
    if raw then
      word, rest = 'cmd=' .. raw, ''
    end
    local key, value = word:match('^([^=]*)=(.*)$')
    local err = problem(word, key, value, known, found)
    if err then
      return nil, err
    end
    found[key] = value
    text = rest
  end
  return found
end

return M
