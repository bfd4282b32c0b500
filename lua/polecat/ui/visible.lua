--- What the backend is told of the windows that show its views.
local backend = require('polecat.rpc.client')
local window = require('polecat.ui.window')

local M = {}

--- A view that is gone by then has nothing to be told.
local function ignore() end

---@param view polecat.View
local function tell(view)
  local width = window.width(view.buf)
  local now = { width = width or view.reported.width, visible = width ~= nil }
  if vim.deep_equal(now, view.reported) then
    return
  end
  view.reported = now
  local args = { view = view.id, width = now.width, visible = now.visible }
  backend.call('view.set', args, ignore)
end

local planned = false

--- Tells which of `views` can be seen, and how wide; once for a burst of events.
---@param views table<integer, polecat.View>
function M.update(views)
  if planned then
    return
  end
  planned = true
  vim.schedule(function()
    planned = false
    for _, view in pairs(views) do
      if view.state == 'open' and vim.api.nvim_buf_is_valid(view.buf) then
        tell(view)
      end
    end
  end)
end

return M
