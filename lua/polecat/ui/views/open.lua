--- Opens views: what each kind is in Neovim, and the one way in which all are filled and shown.
local buffer = require('polecat.ui.windows.buffer')
local float = require('polecat.ui.windows.float')
local keys = require('polecat.ui.views.keymaps')
local notify = require('polecat.editor.notify')
local panel = require('polecat.ui.windows.panel')
local reveal = require('polecat.ui.windows.defer')
local view = require('polecat.ui.views.view')
local window = require('polecat.ui.windows.window')

local M = {}

---@class polecat.Open An effect of this kind.
---@field view 'status'|'sidebar'|'detail'|'capture'|'queue'|'setup'|'diff'
---@field name string Of the buffer.
---@field title string
---@field keys polecat.Key[]
---@field here? boolean It takes the window in which it was asked for.
---@field snapshot? boolean It stays as it is, in a buffer of its own.
---@field legend? [string, string][] What its columns hold, for the list of keys.
---@field footer? string[] Some of its keys, for its frame; the last one always.
---@field dock? { side: 'left'|'right', width: integer } Where it is docked.
---@field spec polecat.ViewSpec
---@field at? polecat.At Of which rig it is, where that is not the one around.

---@class polecat.Kind A kind of view.
---@field hidden 'hide'|'wipe' What becomes of its buffer when no window shows it.
---@field float? boolean It opens in a float, not in a split.
---@field fits? boolean That is as tall as its text.
---@field filetype? string Where it is not called as the view is.
---@field options string Of its windows, as `:setlocal` takes them.
---@field syntax? string

--- Of a window for a text with nothing of the editor's own in it.
local PLAIN = window.TITLE .. ' nowrap nolist nonumber norelativenumber colorcolumn= nospell'

---@type table<string, polecat.Kind>
local KINDS = {
  status = { hidden = 'wipe', float = true, fits = true, options = 'cursorline nowrap' },
  sidebar = {
    hidden = 'wipe',
    options = PLAIN .. ' cursorline winfixwidth signcolumn=no foldcolumn=0 statuscolumn=',
    filetype = 'polecat-status',
  },
  detail = {
    hidden = 'wipe',
    float = true,
    options = 'cursorline nowrap',
    filetype = 'polecat-status',
  },
  capture = {
    hidden = 'hide',
    -- A screen is shown as the terminal would; where it is wider than the window, that is marked.
    options = PLAIN
      .. ' signcolumn=no foldcolumn=0 statuscolumn= nocursorcolumn conceallevel=0'
      .. ' list listchars=extends:›,precedes:‹,tab:\\ \\ ',
  },
  queue = { hidden = 'wipe', options = PLAIN .. ' cursorline' },
  setup = { hidden = 'wipe', options = PLAIN },
  diff = {
    hidden = 'hide',
    -- Neovim's own, which every colour scheme knows.
    syntax = 'diff',
    options = PLAIN
      .. ' foldenable foldmethod=expr foldlevel=99'
      .. " foldexpr=v:lua.require'polecat.ui.windows.folds'.level()"
      .. " foldtext=v:lua.require'polecat.ui.views.rows'.fold_text()",
  },
}

--- Makes `buf` a view, and keeps it so.
---@param buf integer
---@param effect polecat.Open
---@param at polecat.At
---@param callback fun(err?: polecat.Error)
local function fill(buf, effect, at, callback)
  local kind, spec = KINDS[effect.view], effect.spec
  buffer.prepare(buf, kind.hidden)
  vim.b[buf].polecat_at, vim.b[buf].polecat = at, spec.polecat
  spec.title = effect.title .. (effect.snapshot and os.date(' at %H:%M:%S') or '')
  spec.width = kind.float and float.width() or effect.dock and effect.dock.width or nil
  -- First, so that the backend is at work while the buffer is made ready.
  view.open(buf, spec, function(err)
    if not err and effect.snapshot then
      view.freeze(buf)
    end
    callback(err)
  end)
  keys.set(buf, effect.keys, nil, effect.legend)
  window.dress(buf, kind.options)
  vim.bo[buf].filetype = kind.filetype or ('polecat-' .. effect.view)
  vim.bo[buf].syntax = kind.syntax or vim.bo[buf].syntax
  if effect.view == 'diff' then
    require('polecat.ui.diff.highlight').attach(buf)
  end
end

--- Shows `buf` in a window of ours in place of what that was opened for.
---@param buf integer
---@param win integer
---@return integer win
local function replace(buf, win)
  vim.wo[win].winfixbuf = false
  vim.api.nvim_win_set_buf(win, buf)
  return win
end

--- A window that shows `buf` from now on.
---@param buf integer
---@param effect polecat.Open
---@param split polecat.Split
---@return integer? win
local function new_window(buf, effect, split)
  local kind, here = KINDS[effect.view], vim.api.nvim_get_current_win()
  if kind.float then
    local open = view.of(buf)
    local title = open and (open.heading or open.spec.title) or ''
    local win = float.open(buf, title, { keys = effect.footer, fits = kind.fits })
    -- What a minimal float is without.
    window.set_options(win, kind.options)
    return win
  elseif split.here and here == split.from then
    return replace(buf, here)
  elseif effect.dock then
    return window.dock(buf, effect.dock)
  end
  return (window.split(buf, split))
end

---@param buf integer
---@param effect polecat.Open
---@param split polecat.Split
local function show(buf, effect, split)
  if not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  local is_one = KINDS[effect.view].float or effect.dock
  local shown = is_one and window.showing(buf)
  if shown then
    return vim.api.nvim_set_current_win(shown)
  end
  local win = new_window(buf, effect, split)
  if win then
    panel.keep(win)
    view.place_cursor(win, buf)
  end
end

--- The name of its buffer; the first one that no buffer has for a snapshot.
---@param effect polecat.Open
---@return string
local function name_of(effect)
  if not effect.snapshot then
    return effect.name
  end
  local number = 1
  while buffer.find(effect.name .. '#' .. number) do
    number = number + 1
  end
  return effect.name .. '#' .. number
end

--- Whether `open` shows what is asked for.
---@param open? polecat.View
---@param spec polecat.ViewSpec
---@return boolean
local function shows(open, spec)
  return open ~= nil
    and open.state == 'open'
    and open.spec.lines == spec.lines
    and open.spec.since == spec.since
    and open.spec.polecat == spec.polecat
end

--- Carries out an effect: opens a view, or fills the buffer that is edited by its name. A capture
--- that goes on already is only shown, a diff is drawn anew.
---@param effect polecat.Open
---@param context polecat.Context
function M.open(effect, context)
  if context.buf then
    return vim.api.nvim_buf_is_valid(context.buf)
      and fill(context.buf, effect, context.at, notify.or_error())
  end
  local kind, split = KINDS[effect.view], context.split
  split.from = split.from or vim.api.nvim_get_current_win()
  split.here = effect.here
  local buf, new = buffer.get(name_of(effect), context.at)
  if not kind.float and shows(view.of(buf), effect.spec) then
    if effect.view == 'diff' then
      view.refresh(buf)
    end
    return show(buf, effect, split)
  end
  reveal.when_filled(buf, new or kind.hidden == 'wipe', function(done)
    fill(buf, effect, context.at, done)
  end, function()
    show(buf, effect, split)
  end)
end

return M
