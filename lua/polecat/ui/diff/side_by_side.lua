--- A file side by side with what it was before: left as it was, right the file itself.
local act = require('polecat.ui.views.act')
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local effects = require('polecat.ui.effects')
local keys = require('polecat.ui.views.keymaps')
local notify = require('polecat.editor.notify')
local panel = require('polecat.ui.windows.panel')
local reveal = require('polecat.ui.windows.defer')
local where = require('polecat.editor.context')
local window = require('polecat.ui.windows.window')

local M = {}

---@class polecat.SideBySide An effect of this kind.
---@field polecat string
---@field path string
---@field file? string The full path, where it is there.
---@field content? polecat.FileText What is in one of a host.
---@field title string Of the left side.
---@field filename string What it was called, for its file type.
---@field lines string[] What it was.
---@field fileformat 'unix'|'dos'
---@field line? integer Of the right side.
---@field edits boolean The cursor goes to the right side.

--- Closes both sides: their tab page, where nothing else is on it.
---@param left integer
local function close(left)
  local win = window.showing(left)
  if win and #vim.api.nvim_tabpage_list_wins(0) <= 2 and #vim.api.nvim_list_tabpages() > 1 then
    local ok, why = pcall(vim.cmd.tabclose)
    return ok or notify.error(tostring(why))
  end
  buffer.close(left)
end

--- Makes `left` the file as it was, read as Neovim read the file itself.
---@param left integer
---@param effect polecat.SideBySide
---@param encoding string
local function fill(left, effect, encoding)
  buffer.prepare(left, 'wipe')
  vim.b[left].polecat, vim.b[left].polecat_title = effect.polecat, effect.title
  local lines = vim.tbl_map(function(line)
    return encoding ~= '' and vim.iconv(line, encoding, 'utf-8') or line
  end, effect.lines)
  vim.bo[left].modifiable = true
  vim.bo[left].fileformat = effect.fileformat
  buffer.write(left, lines)
  keys.set(left, nil, close)
  vim.bo[left].filetype = vim.filetype.match({ filename = effect.filename, buf = left }) or ''
end

--- Turns diff mode off beside a left side that goes.
---@param left integer
---@param right integer The window.
local function end_with(left, right)
  local desc = 'End the diff mode of the file beside'
  local ended = vim.schedule_wrap(function()
    if vim.api.nvim_win_is_valid(right) then
      vim.api.nvim_win_call(right, vim.cmd.diffoff)
    end
  end)
  autocmd.on('polecat_side_by_side', 'BufWinLeave', desc, ended, left)
end

--- The right side, in a tab page of its own: the file, or nothing where that is gone.
---@param effect polecat.SideBySide
---@return integer win
local function open_file(effect)
  vim.cmd('tab split')
  local win, file = vim.api.nvim_get_current_win(), effect.file
  vim.wo[win].winfixbuf = false
  if file and not effect.content then
    vim.cmd({ cmd = 'edit', args = { file }, magic = { file = false } })
    return win
  end
  local content = effect.content
  local read = file and content and require('polecat.editor.host_file').buffer(file, content)
  vim.api.nvim_win_set_buf(win, read or buffer.scratch({}))
  return win
end

--- Puts both cursors on the line: 'cursorbind' takes the left one along. Who comes from a diff
--- looks, and is on the left, where `q` ends it; who comes from the file edits, and `q` records
--- there as everywhere.
---@param left integer The window.
---@param right integer
---@param effect polecat.SideBySide
local function place(left, right, effect)
  vim.api.nvim_set_current_win(right)
  if effect.line then
    vim.cmd(('normal! %dG'):format(effect.line))
  end
  vim.api.nvim_set_current_win(effect.edits and right or left)
  vim.cmd('normal! zv')
  vim.cmd.syncbind()
end

---@param effect polecat.SideBySide
---@param at polecat.At
local function show(effect, at)
  local right = open_file(effect)
  local encoding = vim.bo.fileencoding
  local left = buffer.get(('polecat://base/%s/%s'):format(effect.polecat, effect.path), at)
  vim.b[left].polecat_at, vim.b[left].polecat_path = at, effect.path
  local win = vim.api.nvim_open_win(left, true, { split = 'left', win = right })
  fill(left, effect, encoding)
  panel.keep(win)
  window.set_options(win, window.TITLE)
  vim.cmd.diffthis()
  end_with(left, right)
  vim.api.nvim_win_call(right, vim.cmd.diffthis)
  place(win, right, effect)
end

--- Carries out an effect: shows both, or fills the left side that is edited by its name.
---@param effect polecat.SideBySide
---@param context polecat.Context
function M.show(effect, context)
  if context.buf then
    return vim.api.nvim_buf_is_valid(context.buf) and fill(context.buf, effect, '')
  end
  reveal.when_idle(function()
    show(effect, context.at)
  end)
end

--- Asks for the file under the cursor of a diff, or the one that is edited, in the window where the
--- command was typed.
---@param effect { polecat?: string }
---@param context polecat.Context
function M.compare(effect, context)
  local win = context.split.from
  if not win or not vim.api.nvim_win_is_valid(win) then
    return
  end
  local buf = vim.api.nvim_win_get_buf(win)
  local of = vim.bo[buf].filetype == 'polecat-diff' and vim.b[buf].polecat
  if of and of == (effect.polecat or of) then
    return vim.api.nvim_win_call(win, function()
      act.press(buf, { 'dv', '', act = 'side_by_side', doing = 'opening' })
    end)
  end
  local name, is_local = vim.api.nvim_buf_get_name(buf), vim.bo[buf].buftype == ''
  local file = is_local and vim.uv.fs_realpath(name) or vim.b[buf].polecat_file and name or nil
  local line = vim.api.nvim_win_get_cursor(win)[1]
  local args = { at = where.here(buf), file = file, line = line }
  effects.call(
    { method = 'diff.side_by_side', args = args },
    { at = args.at, split = context.split }
  )
end

return M
