--- Tells the backend which views can be seen, and how wide they are.
local autocmd = require('polecat.editor.autocmd')
local backend = require('polecat.rpc.client')
local window = require('polecat.ui.windows.window')

local M = {}

--- What can change which buffers are shown, and how wide.
-- stylua: ignore
local WINDOW_EVENTS = {
  'BufWinEnter', 'BufWinLeave', 'WinNew', 'WinClosed', 'WinResized', 'TabEnter', 'VimResized',
}

--- The views that are open.
---@type fun(): polecat.View[]
local open_views

--- The columns that a view has. What an agent draws is shown as it is, and should have all of them;
--- ours is drawn for the narrowest window.
---@param view polecat.View
---@return integer?
function M.width(view)
  return window.width(view.buf, view.spec.kind == 'capture')
end

---@param view polecat.View
local function tell(view)
  local width = M.width(view)
  local now = { width = width or view.reported.width, visible = width ~= nil }
  if not vim.deep_equal(now, view.reported) then
    view.reported = now
    local args = { view = view.id, width = now.width, visible = now.visible }
    -- A view that is gone has nothing to be told.
    backend.call('view.set', args, function() end)
  end
end

local planned = false

--- Tells what has changed; once for a burst of events.
function M.update()
  if planned then
    return
  end
  planned = true
  vim.schedule(function()
    planned = false
    vim.tbl_map(tell, open_views())
  end)
end

--- Follows the windows from now on.
---@param views fun(): polecat.View[] Those that are open.
function M.listen(views)
  open_views = views
  local desc = 'Tell the backend of polecat.nvim which views can be seen'
  autocmd.on('polecat_view', WINDOW_EVENTS, desc, M.update)
end

return M
