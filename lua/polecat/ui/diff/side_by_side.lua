--- A file side by side with what it was before: left as it was, right the file itself.
local autocmd = require('polecat.editor.autocmd')
local backend = require('polecat.rpc.client')
local buffer = require('polecat.ui.buffer')
local keys = require('polecat.ui.keymaps')
local notify = require('polecat.editor.notify')
local panel = require('polecat.ui.panel')
local reveal = require('polecat.ui.defer')
local where = require('polecat.editor.context')
local window = require('polecat.ui.window')

local M = {}

local NAME = 'polecat://base/'

---@class polecat.Pair
---@field polecat string
---@field path string
---@field file string The full path.
---@field old? string The path before; none where it was not there.
---@field text string As it was.

--- The lines of `text`, as Neovim would read them from a file of this encoding.
---@param text string
---@param encoding string
---@return string[]
---@return string format
local function lines_of(text, encoding)
  if encoding ~= '' and encoding ~= 'utf-8' then
    text = vim.iconv(text, encoding, 'utf-8') or text
  end
  local lines = vim.split(text, '\n', { plain = true })
  if lines[#lines] == '' then
    lines[#lines] = nil
  end
  for _, line in ipairs(lines) do
    if line:sub(-1) ~= '\r' then
      return lines, 'unix'
    end
  end
  return vim.tbl_map(function(line)
    return line:sub(1, -2)
  end, lines),
    #lines > 0 and 'dos' or 'unix'
end

--- Closes the pair: its tab page, where nothing else is on it.
---@param left integer
local function close(left)
  local win = window.showing(left)
  if win and #vim.api.nvim_tabpage_list_wins(0) <= 2 and #vim.api.nvim_list_tabpages() > 1 then
    local ok, why = pcall(vim.cmd.tabclose)
    return ok or notify.error(tostring(why))
  end
  buffer.close(left)
end

---@param left integer
---@param pair polecat.Pair
---@param encoding string
local function fill(left, pair, encoding)
  buffer.prepare(left, 'wipe')
  vim.b[left].polecat = pair.polecat
  local lines, format = lines_of(pair.text, encoding)
  vim.bo[left].modifiable = true
  vim.api.nvim_buf_set_lines(left, 0, -1, false, lines)
  vim.bo[left].fileformat = format
  vim.bo[left].modifiable, vim.bo[left].modified = false, false
  vim.b[left].polecat_title = pair.old and (pair.old .. ' as it was') or 'it was not there before'
  keys.set(left, 'plain', { close = close })
  local filetype = vim.filetype.match({ filename = pair.old or pair.path, buf = left })
  vim.bo[left].filetype = filetype or ''
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
  autocmd.on('polecat_pair', 'BufWinLeave', left, desc, ended)
end

--- The right side, in a tab page of its own: the file, or nothing where that is gone.
---@param file string
---@return integer win
local function open_file(file)
  vim.cmd('tab split')
  local win = vim.api.nvim_get_current_win()
  vim.wo[win].winfixbuf = false
  if vim.uv.fs_stat(file) then
    vim.cmd({ cmd = 'edit', args = { vim.fn.fnameescape(file) }, magic = { file = false } })
    return win
  end
  local gone = vim.api.nvim_create_buf(false, true)
  buffer.prepare(gone, 'wipe')
  vim.api.nvim_win_set_buf(win, gone)
  return win
end

---@param buf integer
---@return string
local function text_of(buf)
  return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n') .. '\n'
end

--- The line of `left` that stands beside `line` of `right`.
---@param left integer
---@param right integer The buffer.
---@param line integer
---@return integer
local function beside(left, right, line)
  local compare = vim.text and vim.text.diff or vim.diff
  local shift = 0
  for _, hunk in ipairs(compare(text_of(left), text_of(right), { result_type = 'indices' })) do
    local old, olds, new, news = unpack(hunk)
    -- Of nothing, the line in front of it is told.
    old, new = old + (olds == 0 and 1 or 0), new + (news == 0 and 1 or 0)
    if line < new then
      break
    elseif line < new + news then
      return old + math.min(line - new, math.max(olds - 1, 0))
    end
    shift = old + olds - new - news
  end
  return line + shift
end

---@param win integer
---@param line integer
local function go_to(win, line)
  local last = vim.api.nvim_buf_line_count(vim.api.nvim_win_get_buf(win))
  vim.api.nvim_win_set_cursor(win, { math.min(math.max(line, 1), last), 0 })
end

--- Puts both cursors on the line. Who comes from a diff looks, and is on the left, where `q` ends
--- it; who comes from the file edits, and `q` records there as everywhere.
---@param left integer The window.
---@param right integer
---@param spec polecat.PairSpec
local function place(left, right, spec)
  if spec.line then
    local old, new = vim.api.nvim_win_get_buf(left), vim.api.nvim_win_get_buf(right)
    go_to(right, spec.line)
    go_to(left, beside(old, new, spec.line))
  end
  vim.api.nvim_set_current_win(spec.file and right or left)
  vim.cmd('normal! zv')
  vim.cmd.syncbind()
end

---@param pair polecat.Pair
---@param spec polecat.PairSpec
local function show(pair, spec)
  local right = open_file(pair.file)
  local encoding = vim.bo.fileencoding
  local left = buffer.get(NAME .. pair.polecat .. '/' .. pair.path)
  where.keep(left, spec.at)
  local win = vim.api.nvim_open_win(left, true, { split = 'left', win = right })
  fill(left, pair, encoding)
  panel.keep(win)
  window.set_options(win, { winbar = " %{get(b:, 'polecat_title', '')}" })
  vim.cmd.diffthis()
  end_with(left, right)
  vim.api.nvim_win_call(right, vim.cmd.diffthis)
  place(win, right, spec)
end

---@class polecat.PairSpec
---@field at polecat.At
---@field polecat? string
---@field path? string
---@field since? 'review'
---@field file? string Instead: the file that is edited.
---@field line? integer Of the right side.

--- Shows a file of a polecat beside what it was when the polecat's branch began.
---@param spec polecat.PairSpec
function M.open(spec)
  local args = vim.tbl_extend('force', spec, {})
  args.line = nil
  backend.call(
    'diff.pair',
    args,
    notify.or_error(function(pair)
      if pair.text:find('\0', 1, true) then
        return notify.warn(('`%s` is no text: there is nothing to compare'):format(pair.path))
      end
      reveal.when_idle(function()
        show(pair, spec)
      end)
    end)
  )
end

--- Fills a left side that is edited by its name.
---@param buf integer
---@param spec { polecat: string, path: string, at: polecat.At }
function M.fill(buf, spec)
  backend.call(
    'diff.pair',
    spec,
    notify.or_error(function(pair)
      if vim.api.nvim_buf_is_valid(buf) then
        fill(buf, pair, '')
      end
    end)
  )
end

return M
