--- The keys of a view that mean something to the backend: what they were pressed on goes there, and
--- what it answers is done.
local effects = require('polecat.ui.effects')
local under_way = require('polecat.ui.under_way')
local view = require('polecat.ui.view')
local where = require('polecat.editor.context')

local M = {}

---@class polecat.ViewKey
---@field [1] string
---@field [2] string What it does, for the list of keys.
---@field [3] string What it is called in `view.act`.
---@field [4] string What its row says while that takes time.

--- Presses a key of `buf`. Rows move: it is about what stands under the cursor now.
---@param buf integer
---@param act string
---@param doing string
local function press(buf, act, doing)
  local shown = view.of(buf)
  if not shown then
    return
  end
  local id = vim.b[buf].polecat or view.key_under_cursor(buf)
  local finish = under_way.begin(shown, id or '', act, doing)
  if not finish then
    return
  end
  local context = { at = where.here(buf), split = { from = vim.api.nvim_get_current_win() } }
  local args = { at = context.at, view = shown.id, act = act, id = id }
  effects.call({ method = 'view.act', args = args }, context, finish)
end

--- The keys of the list `name`, for `buf`.
---@param buf integer
---@param name string
---@return polecat.Key[]
function M.keys(buf, name)
  return vim.tbl_map(function(key)
    return {
      key[1],
      key[2],
      function()
        press(buf, key[3], key[4])
      end,
    }
  end, require('polecat.ui.view_keys')[name])
end

return M
