--- The folders in which installs work, one for each. What a broken one had downloaded, the next goes
--- on with.
local folder = require('polecat.install.folder')
local task = require('polecat.install.task')

local M = {}

--- In place of a process: nobody uses it.
local FREE = 0
local PRIVATE = 448 -- 0700

--- Whose processes this machine can see: a home may be shared by several.
---@return string
local function host()
  return (vim.uv.os_gethostname():gsub('[^%w-]', '_'))
end

--- Whether `name` is that of a scratch folder whose process is gone.
---@param name string
---@return boolean
local function is_free(name)
  local there, found = name:match('^%.install%.([%w_-]*)%.(%d+)%.%d+$')
  local pid = tonumber(found) --[[@as integer?]]
  if pid == FREE then
    return true
  end
  return pid ~= nil and there == host() and select(3, vim.uv.kill(pid, 0)) == 'ESRCH'
end

---@param home string
---@param pid integer
---@return string
local function fresh(home, pid)
  return ('%s/.install.%s.%d.%d'):format(home, host(), pid, vim.uv.hrtime())
end

--- Takes the folders of installs that are over: the first becomes `ours`, the others go.
---@param home string
---@param ours string
---@param keep string What stays in it.
local function take_over(home, ours, keep)
  for entry in vim.fs.dir(home) do
    if is_free(entry) then
      local left = home .. '/' .. entry
      -- A rename has one winner, also where several look at the same time.
      local _ = vim.uv.fs_rename(left, ours) or vim.uv.fs_rename(left, ours .. '/' .. entry)
    end
  end
  for entry in vim.fs.dir(ours) do
    if entry ~= keep then
      vim.fn.delete(ours .. '/' .. entry, 'rf')
    end
  end
end

--- A folder below `home` that is ours alone. It may hold the beginning of the file `name`.
---@param home string
---@param name string
---@return string
function M.open(home, name)
  folder.make(home)
  local ours = fresh(home, vim.uv.os_getpid())
  take_over(home, ours, name)
  if vim.fn.isdirectory(ours) == 0 then
    local made, why = vim.uv.fs_mkdir(ours, PRIVATE)
    if not made then
      task.fail(('`%s` cannot be written: %s'):format(home, why))
    end
  end
  return ours
end

--- Gives up a folder, and with `keep` leaves it to the next install.
---@param ours string
---@param keep boolean
function M.close(ours, keep)
  local left = keep and fresh(vim.fs.dirname(ours), FREE)
  if not (left and vim.uv.fs_rename(ours, left)) then
    vim.fn.delete(ours, 'rf')
  end
end

return M
