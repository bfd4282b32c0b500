--- Draws what the backend sends for a view: its frames, in order, and its title.
local buffer = require('polecat.ui.windows.buffer')
local cursor = require('polecat.ui.views.cursor')
local float = require('polecat.ui.windows.float')
local highlight = require('polecat.ui.highlight')
local rows = require('polecat.ui.views.rows')
local under_way = require('polecat.ui.views.under_way')

local M = {}

--- How long a frame waits when the text is locked (`:h textlock`), in ms.
local LOCKED_INTERVAL = 20

--- Shows the view's title where its windows have one.
---@param view polecat.View
---@param note? string What is wrong with it.
function M.show_title(view, note)
  local title = view.spec.title .. (note and (' [' .. note .. ']') or '')
  vim.b[view.buf].polecat_title = title
  float.retitle(view.buf, not note and view.heading or title)
  vim.cmd('redrawstatus!')
end

--- Puts the cursors where they are of use as soon as there is anything to stand on; those at the end
--- of what is followed stay there.
---@param view polecat.View
---@param followers? integer[] The windows of these.
local function move_cursors(view, followers)
  if not view.placed and (view.spec.kind == 'capture' or rows.first(view.buf)) then
    view.placed = true
    cursor.place(view, vim.fn.win_findbuf(view.buf))
  elseif followers then
    cursor.follow(view.buf, followers)
  end
end

---@param view polecat.View
---@param frame table
local function take_title(view, frame)
  if not frame.title and not frame.heading then
    return
  end
  view.heading = frame.heading
  local texts = vim.tbl_map(function(chunk)
    return chunk[1]
  end, frame.heading or {})
  view.spec.title = frame.title or table.concat(texts)
  M.show_title(view)
end

---@param view polecat.View
---@param frame table
local function draw(view, frame)
  cursor.hold(view)
  local followers = view.spec.follow and cursor.at_end(view.buf) or nil
  view.count = buffer.draw(view.buf, frame.patches, highlight.groups(frame.styles), view.count)
  view.tick = vim.api.nvim_buf_get_changedtick(view.buf)
  if frame.marks then
    rows.take(view.buf, frame.marks)
    under_way.draw(view)
  end
  if frame.whole then
    float.refit(view.buf)
    cursor.restore(view)
  end
  move_cursors(view, followers)
  take_title(view, frame)
end

--- False when somebody else has changed the buffer: the next patch may not fit, and what was
--- overwritten would stay so.
---@param view polecat.View
---@return boolean
function M.in_step(view)
  return view.count == 0 or vim.api.nvim_buf_get_changedtick(view.buf) == view.tick
end

--- Draws the frames that have come. `reopen` is called when they do not fit the buffer any more.
---@param view polecat.View
---@param reopen fun(view: polecat.View)
function M.flush(view, reopen)
  while view.frames[1] and vim.api.nvim_buf_is_loaded(view.buf) do
    if not M.in_step(view) then
      return reopen(view)
    end
    local ok, why = pcall(draw, view, view.frames[1])
    if not ok and tostring(why):find('E565') then
      return vim.defer_fn(function()
        M.flush(view, reopen)
      end, LOCKED_INTERVAL)
    end
    table.remove(view.frames, 1)
    if not ok then
      error(why, 0)
    end
  end
end

return M
