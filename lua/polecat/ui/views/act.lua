--- Keys of a view that the backend gives their meaning: what they were pressed on goes there, and
--- what it answers is done.
local cursor = require('polecat.ui.views.cursor')
local effects = require('polecat.ui.effects')
local rows = require('polecat.ui.views.rows')
local under_way = require('polecat.ui.views.under_way')
local view = require('polecat.ui.views.view')
local where = require('polecat.editor.context')

local M = {}

--- How many of the last lines go along with a key that is about all of them.
local LINES_LIMIT = 10000

--- What goes along of the text that is shown now, which may not be what the backend drew last.
---@param sends? 'line'|'lines'
---@return { text?: string, column?: integer }
local function text_of(sends)
  if sends == 'line' then
    return { text = vim.api.nvim_get_current_line(), column = vim.api.nvim_win_get_cursor(0)[2] }
  elseif sends == 'lines' then
    local lines = vim.api.nvim_buf_get_lines(0, -1 - LINES_LIMIT, -1, false)
    return { text = table.concat(lines, '\n') }
  end
  return {}
end

--- Presses a key of `buf`. Rows move: it is about what stands under the cursor, or is selected, now.
---@param buf integer
---@param key { act?: string, doing?: string, sends?: 'line'|'lines' }
function M.press(buf, key)
  local shown = view.of(buf)
  if not shown then
    return
  end
  local id, last_id = cursor.selected(buf)
  local finish = under_way.begin(shown, id or '', key.act or '', key.doing or '')
  if not finish then
    return
  end
  local context = {
    at = where.here(buf),
    split = { from = vim.api.nvim_get_current_win() },
    -- Until a first command has ended, `"` does not say yet what 'clipboard' makes of it.
    register = vim.v.register ~= '"' and vim.v.register or nil,
  }
  local about = { polecat = shown.spec.polecat, session = shown.spec.session }
  local args = vim.tbl_extend('error', text_of(key.sends), {
    at = context.at,
    view = (shown.state == 'open' or shown.state == 'opening') and shown.id or nil,
    act = key.act,
    id = id,
    last_id = last_id,
    count = vim.v.count > 0 and vim.v.count or nil,
    -- An empty table would arrive as a list.
    about = next(about) and about or nil,
  })
  effects.call({ method = 'view.act', args = args }, context, finish)
end

--- Goes to the next polecat that waits, or with -1 to the one before: to its row in the status
--- window, else to what it prints.
---@param step 1|-1
function M.waiting(step)
  local buf = vim.api.nvim_get_current_buf()
  local shown = view.of(buf)
  local kind = shown and shown.spec.kind
  local act = step > 0 and 'next_waiting' or 'previous_waiting'
  if kind == 'status' and not vim.b[buf].polecat then
    return rows.jump(buf, 'waiting', step)
  elseif kind == 'capture' then
    return M.press(buf, { act = act, doing = 'looking' })
  end
  local context = { at = where.here(buf), split = { from = vim.api.nvim_get_current_win() } }
  effects.call({ method = 'view.act', args = { at = context.at, act = act } }, context)
end

return M
