--- Showing the rig, and the one that the user pinned: it stays pinned when the backend restarts.
local M = {}

--- The pinned rig's folder.
---@type string?
local path

---@return string?
function M.pinned()
  return path
end

---@param rig { name: string, path: string, kind: string, pinned: boolean }
local function tell(rig)
  local pinned = rig.pinned and ', pinned' or ''
  local text = ('rig `%s` (%s%s) at `%s`'):format(rig.name, rig.kind, pinned, rig.path)
  require('polecat.notify').info(text)
end

--- Tells which rig is in use here.
function M.show()
  local notify = require('polecat.notify')
  require('polecat.backend').call('rig.show', {}, notify.or_error(tell))
end

--- Uses the rig of `folder` from now on, wherever the current file is.
---@param folder string
function M.pin(folder)
  local absolute = vim.fn.fnamemodify(folder, ':p')
  local backend, notify = require('polecat.backend'), require('polecat.notify')
  backend.call(
    'rig.pin',
    { path = absolute },
    notify.or_error(function(rig)
      path = absolute
      tell(rig)
    end)
  )
end

--- Finds the rig from the current file again.
function M.unpin()
  -- First, so that a pin which no longer works cannot keep the backend from starting.
  path = nil
  local backend, notify = require('polecat.backend'), require('polecat.notify')
  backend.call('rig.pin', { path = '' }, notify.or_error(tell))
end

return M
