--- The last that the backend told of all sessions. Reading it never waits, and may be done in any
--- event: nothing here but `set` asks Neovim.
local M = {}

---@class polecat.Summary
---@field counts table<string, integer> How many are in each state, in all rigs.
---@field statusline string The same as a short text.

---@class polecat.Snapshot: polecat.Summary
---@field home string The folder of the rig's polecats.
---@field path string The rig's folder.
---@field sessions polecat.SessionInfo[]
---@field memory? string By what the backend knows what is new in the next one.
---@field news polecat.News[]

--- The last one of each rig, by its home.
---@type table<string, polecat.Snapshot>
local rigs = {}
--- Their homes, that of the rig that was used first in front.
---@type string[]
local homes = {}
---@type polecat.Summary?
local newest

---@param summary polecat.Summary
local function count(summary)
  if M.statusline() ~= summary.statusline then
    vim.schedule(function()
      vim.cmd('redrawstatus!')
    end)
  end
  newest = summary
end

---@param snapshot polecat.Snapshot
function M.set(snapshot)
  count(snapshot)
  if not rigs[snapshot.home] then
    homes[#homes + 1] = snapshot.home
  end
  rigs[snapshot.home] = snapshot
  require('polecat.editor.notify').news(snapshot.news)
end

---@class polecat.Gone: polecat.Summary
---@field homes string[]

--- Of these rigs nobody will tell any more: their hosts do not have them, or are not in use.
---@param gone polecat.Gone
function M.forget(gone)
  count(gone)
  for _, home in ipairs(gone.homes) do
    rigs[home] = nil
  end
  homes = vim.tbl_filter(function(home)
    return rigs[home] ~= nil
  end, homes)
end

--- The rigs in use, for a backend that is started anew: it tells what happened meanwhile.
---@return { home: string, path: string?, memory: string? }[]
function M.known()
  return vim.tbl_map(function(home)
    return { home = home, path = rigs[home].path, memory = rigs[home].memory }
  end, homes)
end

---@return polecat.SessionInfo[]
function M.sessions()
  local all = {}
  for _, home in ipairs(homes) do
    vim.list_extend(all, vim.deepcopy(rigs[home].sessions))
  end
  return all
end

---@return string
function M.statusline()
  return newest and newest.statusline or ''
end

--- How many of each state there are.
---@return table<string, integer>
function M.counts()
  return newest and newest.counts or {}
end

return M
