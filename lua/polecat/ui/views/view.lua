--- The open views, buffers that the backend draws: from their opening to their end.
local autocmd = require('polecat.editor.autocmd')
local backend = require('polecat.rpc.client')
local cursor = require('polecat.ui.views.cursor')
local folds = require('polecat.ui.windows.folds')
local frames = require('polecat.ui.views.draw')
local rows = require('polecat.ui.views.rows')
local visible = require('polecat.ui.views.visible')
local where = require('polecat.editor.context')

local M = {}

---@class polecat.ViewSpec What is asked of the backend, and what the view is called.
---@field kind 'status'|'capture'|'queue'|'setup'|'diff'
---@field title string
---@field polecat? string
---@field session? string
---@field lines? integer
---@field follow? boolean
---@field since? 'review'|'start'
---@field all? boolean Of all rigs.
---@field width? integer Of the window that will show it.

---@class polecat.View
---@field id integer Another one after each reopening, so that a late frame is not mistaken.
---@field buf integer
---@field spec polecat.ViewSpec
---@field state 'opening'|'open'|'lost'|'closed'
---@field shown? boolean It has been open before.
---@field count integer How many lines the backend has drawn.
---@field grown? integer How many of a capture's it had, when it is opened again.
---@field heading? polecat.Chunks Its title with colours.
---@field placed? boolean Its cursors have been put on a row.
---@field tick? integer The buffer's |b:changedtick| since it was drawn.
---@field anchors? table<integer, polecat.Anchor> Where cursors were before what is being drawn.
---@field callback fun(err?: polecat.Error) For who opened it.
---@field frames table[] That have come and are not drawn yet.
---@field under_way? table<string, polecat.UnderWay> Keys that were pressed and are not answered yet.
---@field reported { width: integer, visible: boolean } What the backend knows of its window.

---@type table<integer, polecat.View>
local by_buffer = {}
---@type table<integer, polecat.View>
local by_id = {}
local last_id = 0

--- For calls whose error is no news: a view that is gone has nothing to be told.
local function ignore() end

--- Ends the view; its buffer keeps its last lines, and says why no more will come.
---@param view polecat.View
---@param why string
local function end_view(view, why)
  view.state = 'closed'
  by_id[view.id] = nil
  if vim.api.nvim_buf_is_valid(view.buf) then
    frames.show_title(view, why)
  end
end

---@param view polecat.View
---@return table
local function open_args(view)
  local spec = view.spec
  view.reported = { width = visible.width(view) or spec.width or vim.o.columns, visible = true }
  local args = vim.tbl_extend('force', spec, {
    at = where.here(view.buf),
    view = view.id,
    lines = view.grown and math.max(view.grown, spec.lines or 0) or spec.lines,
    width = view.reported.width,
  })
  args.title = nil
  return args
end

--- The view is drawn: its first frame says so before the answer to its opening does.
---@param view polecat.View
local function opened(view)
  view.state, view.shown = 'open', true
  frames.show_title(view)
  -- In a turn of its own: the backend waits until its frame is taken. It may open the window that
  -- the backend is then told of.
  vim.schedule(view.callback)
  visible.update()
end

--- Asks the backend to draw the view, under a new id.
---@param view polecat.View
---@param callback fun(err?: polecat.Error)
local function ask(view, callback)
  by_id[view.id] = nil
  last_id = last_id + 1
  local id = last_id
  view.id, view.state, view.count, view.frames = id, 'opening', 0, {}
  view.callback = callback
  by_id[id] = view
  backend.call('view.open', open_args(view), function(err)
    if view.id ~= id or view.state ~= 'opening' then
      return
    elseif err then
      end_view(view, err.message)
      return callback(err)
    end
    opened(view)
  end)
end

--- Draws the view from its start; of what was followed, as much as was there.
---@param view polecat.View
local function reopen(view)
  -- Who opened it still waits for its first frame.
  local callback = view.state == 'opening' and view.callback or ignore
  view.grown = view.spec.follow and math.max(view.count, view.grown or 0) or nil
  if view.state == 'open' then
    backend.call('view.close', { view = view.id }, ignore)
  end
  ask(view, callback)
end

--- The views that `state` holds for.
---@param state string
---@return polecat.View[]
local function views(state)
  return vim.tbl_filter(function(view)
    return view.state == state and vim.api.nvim_buf_is_valid(view.buf)
  end, vim.tbl_values(by_buffer))
end

--- Draws the views that were there before the backend was.
local function restore()
  vim.tbl_map(reopen, views('lost'))
end

--- Says in every view why nothing more comes for now.
---@param why string
---@param again boolean Whether another backend will be tried.
local function lose(why, again)
  for _, view in pairs(by_buffer) do
    -- One that was never drawn ends with the error of its opening.
    if view.state == 'open' or (view.state == 'opening' and view.shown) then
      view.state = 'lost'
    end
  end
  for _, view in ipairs(views('lost')) do
    frames.show_title(view, why)
  end
  if again and #views('lost') > 0 then
    backend.ensure()
  end
end

local listens = false

--- Follows the backend and the windows, from the first view on.
local function listen()
  if listens then
    return
  end
  listens = true
  backend.watch({ ready = restore, lost = lose })
  visible.listen(function()
    return views('open')
  end)
end

--- Lets the backend draw `spec` into `buf`. A view of that buffer from before ends.
---@param buf integer
---@param spec polecat.ViewSpec
---@param callback fun(err?: polecat.Error) After the first frame.
function M.open(buf, spec, callback)
  listen()
  M.close(buf)
  ---@type polecat.View
  local view = {
    id = 0,
    buf = buf,
    spec = spec,
    state = 'opening',
    count = 0,
    frames = {},
    callback = callback,
    reported = { width = 0, visible = true },
  }
  by_buffer[buf] = view
  ask(view, callback)
  autocmd.on('polecat_view_end', 'BufUnload', 'End the view of a buffer that goes', function()
    M.close(buf)
  end, buf)
end

--- Ends the drawing of `view`.
---@param view polecat.View
local function stop(view)
  by_id[view.id] = nil
  if view.state == 'opening' or view.state == 'open' then
    backend.call('view.close', { view = view.id }, ignore)
  end
  view.state = 'closed'
end

--- Ends the view of `buf`, if it has one.
---@param buf integer
function M.close(buf)
  local view = by_buffer[buf]
  by_buffer[buf] = nil
  rows.forget(buf)
  folds.forget(buf)
  if view then
    stop(view)
  end
end

--- Leaves what `buf` shows as it is.
---@param buf integer
function M.freeze(buf)
  if by_buffer[buf] then
    stop(by_buffer[buf])
  end
end

---@param buf integer
---@return polecat.View?
function M.of(buf)
  return by_buffer[buf]
end

--- Puts the cursor of a window that has come to show `buf` where it is of use.
---@param win integer
---@param buf integer
function M.place_cursor(win, buf)
  if by_buffer[buf] then
    cursor.place(by_buffer[buf], { win })
  end
end

--- Looks again at once, at what `spec` says where that is another thing; a view that has ended is
--- tried anew.
---@param buf integer
---@param spec? table
function M.refresh(buf, spec)
  local view = by_buffer[buf]
  if not view then
    return
  elseif spec and view.state ~= 'opening' then
    view.spec = vim.tbl_extend('force', view.spec, spec)
    reopen(view)
  elseif view.state == 'open' and frames.in_step(view) then
    backend.call('view.refresh', { view = view.id }, require('polecat.editor.notify').or_error())
  elseif view.state ~= 'opening' then
    reopen(view)
  end
end

--- A `frame` event: what has changed in one view.
---@param frame table
function M.frame(frame)
  local view = by_id[frame.view]
  if view then
    view.frames[#view.frames + 1] = frame
    frames.flush(view, reopen)
    if view.state == 'opening' and view.count > 0 then
      opened(view)
    end
  end
end

--- A `view_closed` event: what the view showed is gone; `again`: it is to be found elsewhere.
---@param data { view: integer, message: string, again?: boolean }
function M.closed(data)
  local view = by_id[data.view]
  if view and data.again then
    frames.show_title(view, data.message)
    reopen(view)
  elseif view then
    end_view(view, data.message)
  end
end

return M
