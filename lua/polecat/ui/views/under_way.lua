--- Keys whose answer is still to come: a second press does nothing, and the row says what is done.
local rows = require('polecat.ui.views.rows')

local M = {}

--- What is answered sooner is not worth a mark, in ms.
local MARK_TIMEOUT = 100

local namespace = vim.api.nvim_create_namespace('polecat_under_way')

---@class polecat.UnderWay
---@field id string What the key was pressed on.
---@field doing string
---@field late? boolean It takes long enough to be shown.

--- Marks the rows of what takes time.
---@param view polecat.View
function M.draw(view)
  if not view.under_way or not vim.api.nvim_buf_is_loaded(view.buf) then
    return
  end
  vim.api.nvim_buf_clear_namespace(view.buf, namespace, 0, -1)
  for _, one in pairs(view.under_way) do
    local row = rows.row_of(view.buf, one.id) or (view.spec.polecat and 0)
    if one.late and one.id ~= '' and row then
      vim.api.nvim_buf_set_extmark(view.buf, namespace, row, 0, {
        virt_text = { { (' %s... '):format(one.doing), 'PolecatMuted' } },
        virt_text_pos = 'right_align',
      })
    end
  end
end

--- Remembers that `act` is under way; nil when it is already.
---@param view polecat.View
---@param id string
---@param act string
---@param doing string
---@return fun()? finish
function M.begin(view, id, act, doing)
  view.under_way = view.under_way or {}
  local key, one = act .. ' ' .. id, { id = id, doing = doing }
  if view.under_way[key] then
    return
  end
  view.under_way[key] = one
  vim.defer_fn(function()
    one.late = true
    M.draw(view)
  end, MARK_TIMEOUT)
  return function()
    view.under_way[key] = nil
    M.draw(view)
  end
end

return M
