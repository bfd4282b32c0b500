--- Opens views: what each kind is in Neovim, and the one way in which all are filled and shown.
local buffer = require('polecat.ui.buffer')
local float = require('polecat.ui.float')
local keys = require('polecat.ui.keymaps')
local panel = require('polecat.ui.panel')
local reveal = require('polecat.ui.defer')
local view = require('polecat.ui.view')
local where = require('polecat.editor.context')
local window = require('polecat.ui.window')

local M = {}

---@class polecat.OpenSpec What is to be opened.
---@field view 'status'|'capture'|'diff'
---@field at polecat.At
---@field polecat? string
---@field session? string The tmux session's name, of a capture.
---@field lines? integer
---@field snapshot? boolean
---@field since? 'review'|'start' Of a diff.

---@class polecat.Kind A kind of view.
---@field hidden 'hide'|'wipe' What becomes of its buffer when no window shows it.
---@field float? boolean It opens in a float, not in a split.
---@field options table<string, any> Of its windows.
---@field syntax? string

--- Of a window for a text with nothing of the editor's own in it: these, and `more`.
---@param more table<string, any>
---@return table<string, any>
local function plain(more)
  return vim.tbl_extend('error', more, {
    wrap = false,
    list = false,
    number = false,
    relativenumber = false,
    colorcolumn = '',
    spell = false,
    winbar = window.TITLE,
  })
end

---@type table<string, polecat.Kind>
local KINDS = {
  status = {
    hidden = 'wipe',
    float = true,
    options = { cursorline = true, wrap = false },
  },
  capture = {
    hidden = 'hide',
    -- A screen is shown as the terminal would.
    options = plain({
      signcolumn = 'no',
      foldcolumn = '0',
      statuscolumn = '',
      cursorcolumn = false,
      conceallevel = 0,
    }),
  },
  diff = {
    hidden = 'hide',
    -- Neovim's own, which every colour scheme knows.
    syntax = 'diff',
    options = plain({
      foldenable = true,
      foldmethod = 'expr',
      foldexpr = "v:lua.require'polecat.ui.rows'.fold_level()",
      foldtext = "v:lua.require'polecat.ui.rows'.fold_text()",
      foldlevel = 99,
    }),
  },
}

---@param spec polecat.OpenSpec
---@return polecat.ViewSpec
local function asked_of_backend(spec)
  local is_capture = spec.view == 'capture'
  local title = spec.session or spec.polecat or 'polecats'
  return {
    kind = spec.view,
    title = title .. (spec.snapshot and os.date(' at %H:%M:%S') or ''),
    polecat = spec.polecat,
    session = not spec.polecat and spec.session or nil,
    since = spec.since,
    lines = spec.lines or (is_capture and require('polecat.config').capture_lines() or nil),
    follow = is_capture and not spec.snapshot or nil,
    width = KINDS[spec.view].float and float.width() or nil,
  }
end

--- The list of the keys of a view.
---@param spec polecat.OpenSpec
---@return string
local function keys_of(spec)
  if spec.view == 'status' then
    return spec.polecat and 'detail' or 'rows'
  end
  return spec.snapshot and 'snapshot' or spec.view
end

--- Makes `buf` a view, and keeps it so.
---@param buf integer
---@param spec polecat.OpenSpec
---@param callback fun(err?: polecat.Error)
function M.fill(buf, spec, callback)
  local kind = KINDS[spec.view]
  buffer.prepare(buf, kind.hidden)
  where.keep(buf, spec.at)
  -- Of a polecat's buffer we know whose it is, also when it is asked for by its session.
  spec.polecat = spec.polecat or vim.b[buf].polecat
  vim.b[buf].polecat = spec.polecat
  -- First, so that the backend is at work while the buffer is made ready.
  view.open(buf, asked_of_backend(spec), function(err)
    if not err and spec.snapshot then
      view.freeze(buf)
    end
    callback(err)
  end)
  keys.set(buf, keys_of(spec))
  window.dress(buf, kind.options)
  vim.bo[buf].filetype = 'polecat-' .. spec.view
  vim.bo[buf].syntax = kind.syntax or vim.bo[buf].syntax
end

---@param buf integer
---@param kind polecat.Kind
---@param split polecat.Split
local function show(buf, kind, split)
  if not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  local win = kind.float and window.showing(buf)
  if win then
    return vim.api.nvim_set_current_win(win)
  elseif kind.float then
    local open = view.of(buf)
    win = float.open(buf, open and open.spec.title or '')
    -- What a minimal float is without.
    window.set_options(win, kind.options)
  else
    win = window.split(buf, split)
  end
  if win then
    panel.keep(win)
    view.place_cursor(win, buf)
  end
end

--- The name of its buffer; the first one that no buffer has for a snapshot.
---@param spec polecat.OpenSpec
---@return string
local function name_of(spec)
  local subject = spec.session or spec.polecat
  local name = 'polecat://' .. spec.view .. (subject and '/' .. subject or '')
  local number = 1
  while spec.snapshot and buffer.find(name .. '#' .. number) do
    number = number + 1
  end
  return name .. (spec.snapshot and '#' .. number or '')
end

--- Whether `open` shows what is asked for.
---@param open? polecat.View
---@param asked polecat.ViewSpec
---@return boolean
local function shows(open, asked)
  return open ~= nil
    and open.state == 'open'
    and open.spec.lines == asked.lines
    and (open.spec.since or 'start') == (asked.since or 'start')
end

--- Opens a view. A capture that goes on already is only shown, a diff is drawn anew.
---@param spec polecat.OpenSpec
---@param split polecat.Split
function M.open(spec, split)
  local kind = KINDS[spec.view]
  split.from = split.from or vim.api.nvim_get_current_win()
  local buf, new = buffer.get(name_of(spec))
  if not kind.float and shows(view.of(buf), asked_of_backend(spec)) then
    if spec.view == 'diff' then
      view.refresh(buf)
    end
    return show(buf, kind, split)
  end
  reveal.when_filled(buf, new or kind.hidden == 'wipe', function(done)
    M.fill(buf, spec, done)
  end, function()
    show(buf, kind, split)
  end)
end

return M
