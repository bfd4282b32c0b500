--- Completion of the commands' arguments, from a cache: a `<Tab>` must not wait for tmux.
local command = require('polecat.command')
local where = require('polecat.where')

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
  require('polecat.backend').call('complete', { at = at }, function(err, known)
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

--- `key=` for the keys that are not used yet, or the values of the key that is being typed.
---@param keys string[]
---@param before string[] The words in front.
---@param lead string
---@return string[]
local function pairs_of(keys, before, lead)
  local key, value = lead:match('^([%w_]+)=(.*)$')
  if key == 'agent' then
    return vim.tbl_map(function(agent)
      return 'agent=' .. vim.fn.escape(agent, ' \\')
    end, known().agents)
  elseif key == 'workdir' or key == 'config_dir' then
    return vim.tbl_map(function(dir)
      return key .. '=' .. vim.fn.escape(dir, ' \\')
    end, vim.fn.getcompletion(value, 'dir'))
  end
  local used = table.concat(before, ' ')
  local unused = vim.tbl_filter(function(name)
    return not (' ' .. used):find(' ' .. name .. '=', 1, true)
  end, keys)
  return vim.tbl_map(function(name)
    return name .. '='
  end, unused)
end

--- The first argument's candidates.
---@type table<string, fun(): string[]>
local first = {
  Start = function()
    return known().polecats
  end,
  Status = function()
    return known().polecats
  end,
  Diff = function()
    return known().polecats
  end,
  Remove = function()
    return known().polecats
  end,
  Restore = function()
    return known().backups
  end,
  CaptureSession = function()
    return known().sessions
  end,
}

---@return string[]
local function running()
  return known().running
end

--- The candidates for the argument after `before`.
---@param name string
---@param before string[]
---@param lead string
---@return string[]
local function candidates(name, before, lead)
  local no_cmd = not (' ' .. table.concat(before, ' ')):find(' cmd=', 1, true)
  -- A new name is the user's to invent; without one, the keys may come first.
  if name == 'New' then
    return pairs_of(command.NEW_KEYS, before, lead)
  elseif name == 'Sling' then
    -- Issues are the tracker's to know: asking it takes longer than a `<Tab>` may.
    if #before == 0 or not no_cmd then
      return {}
    end
    local keys = pairs_of(command.SLING_KEYS, before, lead)
    return #before == 1 and vim.list_extend(vim.list_slice(known().polecats), keys) or keys
  elseif #before == 0 then
    return vim.tbl_map(function(candidate)
      return vim.fn.escape(candidate, ' \\')
    end, (first[name] or running)())
  elseif name == 'Start' and no_cmd then
    return pairs_of(command.START_KEYS, before, lead)
  elseif name == 'Diff' then
    return { 'since=review' }
  end
  return {}
end

--- Completes an argument of `:Polecat<name>`; as `complete` of a user command.
---@param name string
---@param lead string
---@param line string
---@param position integer
---@return string[]
function M.complete(name, lead, line, position)
  local text = line:sub(1, position):match('Polecat%w+!?%s+(.*)$') or ''
  local before = require('polecat.words').all(text:sub(1, #text - #lead))
  return vim.tbl_filter(function(candidate)
    -- A line break would begin another command.
    return vim.startswith(candidate, lead) and not candidate:find('%c')
  end, candidates(name, before, lead))
end

return M
