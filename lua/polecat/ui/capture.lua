--- Captures: what a session prints, in a split; followed live, or a snapshot that stays.
local backend = require('polecat.rpc.client')
local buffer = require('polecat.ui.buffer')
local config = require('polecat.config')
local keys = require('polecat.ui.keymaps')
local notify = require('polecat.editor.notify')
local panel = require('polecat.ui.panel')
local reveal = require('polecat.ui.defer')
local view = require('polecat.ui.view')
local where = require('polecat.editor.context')
local window = require('polecat.ui.window')

local M = {}

local NAME = 'polecat://capture/'

--- A screen is shown as the terminal would: no wrapping, nothing of the editor's own in it.
local OPTIONS = {
  wrap = false,
  list = false,
  number = false,
  relativenumber = false,
  signcolumn = 'no',
  foldcolumn = '0',
  statuscolumn = '',
  colorcolumn = '',
  spell = false,
  cursorcolumn = false,
  conceallevel = 0,
  winbar = " %{get(b:, 'polecat_title', '')}",
}

---@class polecat.CaptureSpec What to capture: a polecat's session, or any by its name.
---@field polecat? string
---@field session? string The tmux session's name.
---@field lines? integer
---@field snapshot? boolean
---@field at? polecat.At

--- A key of the module `places`, which is loaded when it is used.
---@param name string
---@param ... any
---@return fun(buf: integer)
local function place(name, ...)
  local args = { ... }
  return function(buf)
    require('polecat.editor.locations')[name](buf, unpack(args))
  end
end

---@type table<string, fun(buf: integer)>
local actions = {
  open_file = place('open', false),
  open_line = place('open', true),
  quickfix = place('to_quickfix'),
}

--- Makes `buf` a capture of `spec.session`.
---@param buf integer
---@param spec polecat.CaptureSpec
---@param callback fun(err?: polecat.Error)
function M.fill(buf, spec, callback)
  buffer.prepare(buf, 'hide')
  where.keep(buf, spec.at)
  -- Of a polecat's buffer we know whose it is, also when it is asked for by its session.
  spec.polecat = spec.polecat or vim.b[buf].polecat
  vim.b[buf].polecat = spec.polecat
  keys.set(buf, spec.snapshot and 'snapshot' or 'capture', actions)
  window.dress(buf, OPTIONS)
  vim.bo[buf].filetype = 'polecat-capture'
  local taken = spec.snapshot and os.date(' at %H:%M:%S') or ''
  view.open(buf, {
    kind = 'capture',
    title = spec.session .. taken,
    polecat = spec.polecat,
    session = not spec.polecat and spec.session or nil,
    lines = spec.lines,
    follow = not spec.snapshot,
  }, function(err)
    if not err and spec.snapshot then
      view.freeze(buf)
    end
    callback(err)
  end)
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
    view.place_cursor(win, buf)
  end
end

--- The first name for a snapshot that no buffer has.
---@param session string
---@return string
local function snapshot_name(session)
  local number = 1
  while buffer.find(NAME .. session .. '#' .. number) do
    number = number + 1
  end
  return NAME .. session .. '#' .. number
end

---@param spec polecat.CaptureSpec
---@param split polecat.Split
local function open_session(spec, split)
  local name = spec.snapshot and snapshot_name(spec.session) or (NAME .. spec.session)
  local buf, new = buffer.get(name)
  local open = view.of(buf)
  if open and open.state == 'open' and open.spec.lines == spec.lines then
    return show(buf, split)
  end
  reveal.when_filled(buf, new, function(done)
    M.fill(buf, spec, done)
  end, function()
    show(buf, split)
  end)
end

--- Opens a capture. The buffer is named after the session, which for a polecat only the backend
--- knows.
---@param spec polecat.CaptureSpec
---@param split polecat.Split
function M.open(spec, split)
  spec.at = spec.at or where.here()
  split.from = split.from or vim.api.nvim_get_current_win()
  spec.lines = spec.lines or config.capture_lines()
  if spec.session then
    return open_session(spec, split)
  end
  local args = { polecat = spec.polecat, at = spec.at }
  backend.call(
    'session.status',
    args,
    notify.or_error(function(info)
      spec.session = info.session_id
      open_session(spec, split)
    end)
  )
end

return M
