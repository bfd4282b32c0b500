--- Completion of the commands' arguments, from a cache: a `<Tab>` must not wait for tmux.
local where = require('polecat.editor.context')

local M = {}

--- How long the very first `<Tab>` of a place may wait for its answer, in ms.
local FIRST_LIMIT = 150

---@class polecat.Known
---@field polecats string[]
---@field running string[] Polecats with a session.
---@field sessions string[] All tmux sessions.
---@field agents string[]
---@field backups string[] Removed polecats that can be brought back.

---@type polecat.Known
local NOTHING = { polecats = {}, running = {}, sessions = {}, agents = {}, backups = {} }

--- By the place that was asked from: another folder may be of another rig.
---@type table<string, polecat.Known>
local cache = {}
---@type table<string, boolean>
local under_way = {}

---@param at polecat.At
---@return string
local function place(at)
  return (at.file or '') .. '\n' .. at.cwd
end

--- Asks anew, once at a time. An error is no answer, and no reason to disturb who is typing.
---@param at polecat.At
local function refresh(at)
  local key = place(at)
  if under_way[key] then
    return
  end
  under_way[key] = true
  require('polecat.rpc.client').call('complete', { at = at }, function(err, known)
    under_way[key] = nil
    if not err then
      cache[key] = known
    end
  end)
end

---@return polecat.Known
local function known()
  local at = where.here()
  local key = place(at)
  refresh(at)
  if not cache[key] then
    vim.wait(FIRST_LIMIT, function()
      return not under_way[key]
    end, 5)
  end
  return cache[key] or NOTHING
end

---@param text string
---@return string
local function escaped(text)
  return vim.fn.escape(text, ' \\')
end

--- What there is of each kind that a word or a value stands for. A new name is the user's to
--- invent, and issues are the tracker's to know: asking it takes longer than a `<Tab>` may.
---@type table<string, fun(lead: string): string[]>
local kinds = {
  polecat = function()
    return known().polecats
  end,
  running = function()
    return known().running
  end,
  backup = function()
    return known().backups
  end,
  session = function()
    return known().sessions
  end,
  agent = function()
    return known().agents
  end,
  folder = function(lead)
    return vim.fn.getcompletion(lead, 'dir')
  end,
  since = function()
    return { 'review' }
  end,
}

---@param kind string
---@param lead string
---@param front? string What stands in front of each.
---@return string[]
local function of(kind, lead, front)
  local find = kinds[kind:gsub('?', '')]
  return vim.tbl_map(function(candidate)
    return (front or '') .. escaped(candidate)
  end, find and find(lead) or {})
end

---@param keys string[][]
---@param used table<string, string>
---@return string[]
local function unused(keys, used)
  local found = {}
  for _, key in ipairs(keys) do
    if not used[key[1]] then
      found[#found + 1] = key[1] .. '='
    end
  end
  return found
end

--- What has been typed: which keys, of what kind, and how many words.
---@param spec polecat.Command
---@param text string
---@return table<string, string> used
---@return integer words
local function typed(spec, text)
  local kind_of, used, words = {}, {}, 0
  for _, key in ipairs(spec.keys or {}) do
    kind_of[key[1]] = key[2]
  end
  -- A blank behind a backslash ends no word.
  for word in text:gsub('\\.', '_'):gmatch('%S+') do
    local key = word:match('^([^=]*)=')
    used[key or ''] = kind_of[key]
    words = words + (key and kind_of[key] and 0 or 1)
  end
  return used, words
end

--- The candidates for what comes after `text`.
---@param spec polecat.Command
---@param text string
---@param lead string
---@return string[]
local function candidates(spec, text, lead)
  local used, words = typed(spec, text)
  if vim.list_contains(vim.tbl_values(used), 'text') then
    return {}
  end
  local name, value = lead:match('^([^=]*)=(.*)$')
  for _, key in ipairs(spec.keys or {}) do
    if key[1] == name then
      return of(key[2], value, name .. '=')
    end
  end
  local word = next(used) == nil and (spec.words or {})[words + 1] or nil
  local found = word and of(word, lead) or {}
  if not word or vim.endswith(word, '?') then
    vim.list_extend(found, unused(spec.keys or {}, used))
  end
  return found
end

--- Those of `found` that go on from `lead`.
---@param found string[]
---@param lead string
---@return string[]
local function matching(found, lead)
  return vim.tbl_filter(function(candidate)
    -- A line break would begin another command.
    return vim.startswith(candidate, lead) and not candidate:find('%c')
  end, found)
end

--- Completes an argument of `spec`; as `complete` of a user command.
---@param spec polecat.Command
---@param lead string
---@param line string
---@param position integer
---@return string[]
function M.complete(spec, lead, line, position)
  local text = line:sub(1, position):match('Polecat%w+!?%s+(.*)$') or ''
  return matching(candidates(spec, text:sub(1, #text - #lead), lead), lead)
end

--- The same of `:Polecat {name}`, and the names.
---@param lead string
---@param line string
---@param position integer
---@return string[]
function M.scoped(lead, line, position)
  local text = line:sub(1, position):match('Polecat!?%s+(.*)$') or ''
  local name, args = text:match('^([^%s!]+)!?%s+(.*)$')
  if name then
    local spec = require('polecat.command').named(name)
    return spec and matching(candidates(spec, args:sub(1, #args - #lead), lead), lead) or {}
  end
  local names = vim.tbl_map(function(spec)
    return spec.sub
  end, require('polecat.commands'))
  return matching(names, lead)
end

return M
