--- The last that the backend told of all sessions. Reading it never waits.
local M = {}

---@type polecat.SessionInfo[]
local sessions = {}
--- Computed when the snapshot comes: a status line is drawn far more often.
local statusline = ''

--- In this order in the status line: who needs a person first.
local SHOWN = { 'waiting', 'died', 'working', 'starting', 'idle', 'exited' }

---@return string
local function summary()
  local counts = {}
  for _, session in ipairs(sessions) do
    counts[session.state] = (counts[session.state] or 0) + 1
  end
  local parts = {}
  for _, state in ipairs(SHOWN) do
    if counts[state] then
      parts[#parts + 1] = counts[state] .. ' ' .. state
    end
  end
  return table.concat(parts, ' ')
end

--- Takes a snapshot of the backend.
---@param data { rig: string, sessions: polecat.SessionInfo[] }
function M.set(data)
  sessions = data.sessions
  statusline = summary()
end

---@return polecat.SessionInfo[]
function M.sessions()
  return vim.deepcopy(sessions)
end

---@return string
function M.statusline()
  return statusline
end

return M
