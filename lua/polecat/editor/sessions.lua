--- The last that the backend told of all sessions. Reading it never waits, and may be done in any
--- event: nothing here but `set` asks Neovim.
local M = {}

---@class polecat.Snapshot
---@field home string The folder of the rig's polecats.
---@field path string The rig's folder.
---@field sessions polecat.SessionInfo[]
---@field counts table<string, integer> How many are in each state, in all rigs.
---@field statusline string The same as a short text.
---@field memory? string By what the backend knows what is new in the next one.
---@field news polecat.News[]

--- The last one of each rig, by its home.
---@type table<string, polecat.Snapshot>
local rigs = {}
--- Their homes, that of the rig that was used first in front.
---@type string[]
local homes = {}
---@type polecat.Snapshot?
local newest

---@param snapshot polecat.Snapshot
function M.set(snapshot)
  if M.statusline() ~= snapshot.statusline then
    vim.schedule(function()
      vim.cmd('redrawstatus!')
    end)
  end
  if not rigs[snapshot.home] then
    homes[#homes + 1] = snapshot.home
  end
  rigs[snapshot.home], newest = snapshot, snapshot
  require('polecat.editor.notify').news(snapshot.news)
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
