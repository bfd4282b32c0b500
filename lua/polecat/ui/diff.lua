--- What a polecat changed: all of it as one diff in a split, with keys to go through it.
local buffer = require('polecat.ui.buffer')
local index = require('polecat.ui.diff.hunks')
local keys = require('polecat.ui.keymaps')
local notify = require('polecat.editor.notify')
local panel = require('polecat.ui.panel')
local reveal = require('polecat.ui.defer')
local view = require('polecat.ui.view')
local where = require('polecat.editor.context')
local window = require('polecat.ui.window')

local M = {}

local NAME = 'polecat://diff/'

local OPTIONS = {
  wrap = false,
  list = false,
  spell = false,
  number = false,
  relativenumber = false,
  colorcolumn = '',
  foldenable = true,
  foldmethod = 'expr',
  foldexpr = "v:lua.require'polecat.ui.diff.folds'.level(v:lnum)",
  foldtext = "v:lua.require'polecat.ui.diff.folds'.text()",
  foldlevel = 99,
  winbar = " %{get(b:, 'polecat_title', '')}",
}

--- What is shown in `buf`, and what of it the cursor is on; says so when it is on nothing.
---@param buf integer
---@return polecat.Changes? changes
---@return polecat.Spot? spot
local function under_cursor(buf)
  local open = view.of(buf)
  local changes = open and open.changes
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local spot = changes and index.spot(buf, changes, row)
  if not spot then
    notify.warn('there is no file on this line')
  end
  return changes, spot
end
M.under_cursor = under_cursor

--- Calls `act` with what the cursor is on: the file's path in the worktree, the line there, what is
--- shown, and where in it.
---@param buf integer
---@param act fun(path: string, line: integer?, changes: polecat.Changes, spot: polecat.Spot)
---@return fun()
local function on_file(buf, act)
  return function()
    local changes, spot = under_cursor(buf)
    if changes and spot then
      local path, line = index.in_worktree(buf, changes, spot)
      act(path, line, changes, spot)
    end
  end
end

---@param buf integer
---@return fun()
local function open_file(buf)
  return on_file(buf, function(path, line, changes)
    local file = changes.workdir .. '/' .. path
    if not vim.uv.fs_stat(file) then
      return notify.warn(('`%s` is gone; `dv` shows what it was'):format(path))
    end
    require('polecat.editor.locations').edit(file, line)
  end)
end

---@param buf integer
---@return fun()
local function side_by_side(buf)
  return on_file(buf, function(path, line, _, spot)
    local spec = { polecat = vim.b[buf].polecat, path = path, at = where.here(buf) }
    spec.line = spot.hunk and line or nil
    spec.since = view.of(buf).spec.since
    require('polecat.ui.diff.side_by_side').open(spec)
  end)
end

--- Moves the cursor, as often as the count says, to the next of `rows`, or with `step` -1 to the
--- one before.
---@param rows integer[]
---@param step 1|-1
local function jump(rows, step)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local at = step > 0 and #rows + 1 or 0
  for place, stop in ipairs(rows) do
    if step > 0 and stop > row then
      at = place
      break
    elseif step < 0 and stop < row then
      at = place
    end
  end
  local target = rows[math.min(math.max(at + step * (vim.v.count1 - 1), 1), #rows)]
  if not target or (target - row) * step <= 0 then
    return
  end
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { target + 1, 0 })
  vim.cmd('normal! zv')
end

---@param buf integer
---@param step 1|-1
---@param stops fun(changes: polecat.Changes): integer[]
---@return fun()
local function jumps(buf, step, stops)
  return function()
    local open = view.of(buf)
    if open and open.changes then
      jump(stops(open.changes), step)
    end
  end
end

---@param changes polecat.Changes
---@return integer[]
local function files(changes)
  return vim.tbl_map(function(file)
    return file.row
  end, changes.files)
end

--- A key of the module `review`, which is loaded when it is used.
---@param buf integer
---@param name string
---@return fun()
local function review(buf, name)
  return function()
    require('polecat.ui.review')[name](buf)
  end
end

--- Shows all changes, or only those since the last review; whatever is not shown now.
---@param buf integer
local function toggle(buf)
  local open = view.of(buf)
  local since = open and open.spec.since
  local spec = { polecat = vim.b[buf].polecat, at = where.here(buf) }
  spec.since = not since and 'review' or nil
  M.fill(buf, spec, function(err)
    if err then
      notify.error(err)
      spec.since = since
      M.fill(buf, spec, notify.or_error())
    end
  end)
end

---@param make fun(buf: integer, ...): fun()
---@param ... any
---@return fun(buf: integer)
local function later(make, ...)
  local args = { ... }
  return function(buf)
    make(buf, unpack(args))()
  end
end

---@type table<string, fun(buf: integer)>
local actions = {
  open_changed = later(open_file),
  side_by_side = later(side_by_side),
  next_hunk = later(jumps, 1, index.stops),
  previous_hunk = later(jumps, -1, index.stops),
  next_file = later(jumps, 1, files),
  previous_file = later(jumps, -1, files),
  comment = later(review, 'comment'),
  drop = later(review, 'drop'),
  comments = later(review, 'to_quickfix'),
  send = later(review, 'send'),
  toggle = toggle,
  stage = later(review, 'take'),
  reject = later(review, 'reject'),
  undo = later(review, 'undo'),
}

---@class polecat.DiffSpec
---@field polecat string
---@field at? polecat.At
---@field since? 'review'

--- Makes `buf` the diff of a polecat, and keeps it so.
---@param buf integer
---@param spec polecat.DiffSpec
---@param callback fun(err?: polecat.Error)
function M.fill(buf, spec, callback)
  buffer.prepare(buf, 'hide')
  where.keep(buf, spec.at)
  vim.b[buf].polecat = spec.polecat
  local title = spec.polecat .. (spec.since and ' since the last review' or '')
  local asked = { kind = 'diff', title = title, polecat = spec.polecat, since = spec.since }
  view.open(buf, asked, callback)
  keys.set(buf, 'diff', actions)
  window.dress(buf, OPTIONS)
  vim.bo[buf].filetype = 'polecat-diff'
  -- Neovim's own, which every colour scheme knows.
  vim.bo[buf].syntax = 'diff'
end

---@param buf integer
---@param split polecat.Split
local function show(buf, split)
  if not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  local win = window.split(buf, split)
  if win then
    panel.keep(win)
  end
end

--- Opens what a polecat changed. A buffer that shows it already is looked at anew.
---@param spec polecat.DiffSpec
---@param split polecat.Split
function M.open(spec, split)
  spec.at = spec.at or where.here()
  split.from = split.from or vim.api.nvim_get_current_win()
  local buf, new = buffer.get(NAME .. spec.polecat)
  local open = view.of(buf)
  if open and open.state == 'open' and open.spec.since == spec.since then
    view.refresh(buf)
    return show(buf, split)
  end
  reveal.when_filled(buf, new, function(done)
    M.fill(buf, spec, done)
  end, function()
    show(buf, split)
  end)
end

--- The file under the cursor, or the one that is edited, side by side with what it was.
---@param polecat? string Whose file it must be.
local function compare(polecat)
  local buf = vim.api.nvim_get_current_buf()
  if
    vim.bo[buf].filetype == 'polecat-diff'
    and (polecat or vim.b[buf].polecat) == vim.b[buf].polecat
  then
    return side_by_side(buf)()
  end
  local file = vim.uv.fs_realpath(vim.api.nvim_buf_get_name(buf))
  if vim.bo[buf].buftype ~= '' or not file then
    return notify.error('neither a diff of a polecat nor a file is here')
  end
  local line = vim.api.nvim_win_get_cursor(0)[1]
  require('polecat.ui.diff.side_by_side').open({ file = file, at = where.here(buf), line = line })
end

--- The same in the window in which it was asked for.
---@param spec { polecat?: string }
---@param split polecat.Split
function M.side_by_side(spec, split)
  if vim.api.nvim_win_is_valid(split.from) then
    vim.api.nvim_win_call(split.from, function()
      compare(spec.polecat)
    end)
  end
end

return M
