--- The last that the backend told of all sessions, and what is news in it. Reading never waits, and
--- is done in any event: nothing here but `set` may ask Neovim.
local changes = require('polecat.editor.transitions')

local M = {}

---@class polecat.Watched A rig in use.
---@field home? string The folder of its polecats.
---@field sessions polecat.SessionInfo[]
---@field memories table<string, polecat.Memory> By polecat.

---@type table<string, polecat.Watched>
local rigs = {}
--- Their keys, the rig that was used first in front.
---@type string[]
local order = {}
--- Computed when a snapshot comes: a status line is drawn far more often.
local statusline = ''

--- The signs of the status window; who needs a person comes first.
local SIGNS = {
  { 'waiting', '!' },
  { 'died', '✗' },
  { 'working', '●' },
  { 'starting', '◌' },
  { 'idle', '○' },
  { 'unknown', '?' },
  { 'exited', '✓' },
}

---@return table<string, integer>
local function counts()
  local found = {}
  for _, rig in pairs(rigs) do
    for _, session in ipairs(rig.sessions) do
      found[session.state] = (found[session.state] or 0) + 1
    end
  end
  return found
end

---@return string
local function summary()
  local parts, number = {}, counts()
  for _, sign in ipairs(SIGNS) do
    if number[sign[1]] then
      parts[#parts + 1] = sign[2] .. number[sign[1]]
    end
  end
  return table.concat(parts, ' ')
end

local function show_summary()
  local text = summary()
  if text ~= statusline then
    statusline = text
    vim.schedule(function()
      vim.cmd('redrawstatus!')
    end)
  end
end

--- Keeps rigs watched when the backend is started anew, which knows of none.
local function keep_watching()
  local backend = require('polecat.rpc.client')
  backend.watch({
    ready = function()
      for _, key in ipairs(order) do
        local home = rigs[key].home
        if home then
          backend.call('session.list', { at = { cwd = home } }, function() end)
        end
      end
    end,
    lost = function(_, again)
      if again then
        backend.ensure()
      end
    end,
  })
end

--- The rig that a snapshot is of, and whether this is the first that is told of it.
---@param data { rig: string, home?: string }
---@return polecat.Watched rig
---@return boolean first
local function rig_of(data)
  local key = data.home or data.rig
  if rigs[key] then
    return rigs[key], false
  end
  if #order == 0 then
    keep_watching()
  end
  order[#order + 1] = key
  rigs[key] = { home = data.home, sessions = {}, memories = {} }
  return rigs[key], true
end

---@param rig polecat.Watched
---@param sessions polecat.SessionInfo[]
---@return polecat.Change[]
local function compare(rig, sessions)
  local news, memories = {}, {}
  for _, info in ipairs(sessions) do
    local found
    found, memories[info.polecat] = changes.of(rig.memories[info.polecat], info)
    vim.list_extend(news, found)
  end
  for polecat, memory in pairs(rig.memories) do
    if not memories[polecat] then
      vim.list_extend(news, changes.gone(memory))
    end
  end
  rig.memories = memories
  for _, change in ipairs(news) do
    change.home = rig.home
  end
  return news
end

--- Takes a snapshot of the backend. The first one of a rig is what all later ones, also those
--- of a backend that was started anew, are compared with.
---@param data { rig: string, home?: string, sessions: polecat.SessionInfo[] }
function M.set(data)
  local rig, first = rig_of(data)
  rig.sessions = data.sessions
  show_summary()
  if first then
    for _, info in ipairs(data.sessions) do
      rig.memories[info.polecat] = changes.first(info)
    end
    return
  end
  require('polecat.editor.notifications').changes(compare(rig, data.sessions))
end

---@return polecat.SessionInfo[]
function M.sessions()
  local all = {}
  for _, key in ipairs(order) do
    vim.list_extend(all, vim.deepcopy(rigs[key].sessions))
  end
  return all
end

---@return string
function M.statusline()
  return statusline
end

--- How many of each state there are.
---@return table<string, integer>
function M.counts()
  return counts()
end

return M
