--- The buffer in which a message to a polecat is written: `:w` sends it.
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

local NAME = 'polecat://compose/'
--- A message is mostly short; the count of the command says otherwise.
local HEIGHT = 10

--- What is under way: the text must not be sent twice.
---@type table<integer, boolean>
local sending = {}

--- The message, without empty lines at its end.
---@param buf integer
---@return string
local function text_of(buf)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  while lines[1] and vim.trim(lines[#lines]) == '' do
    table.remove(lines)
  end
  return table.concat(lines, '\n')
end

--- The message has arrived. What was typed since then stays, as a message that is not sent.
---@param buf integer
---@param tick integer The buffer's when it was sent.
local function delivered(buf, tick)
  if not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  local polecat = vim.b[buf].polecat
  if vim.api.nvim_buf_get_changedtick(buf) ~= tick then
    return notify.warn(('sent to `%s`; what was written since is not'):format(polecat))
  end
  notify.info(('sent to `%s`'):format(polecat))
  vim.bo[buf].modified = false
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    window.close(win)
  end
  pcall(vim.api.nvim_buf_delete, buf, { force = true })
end

--- Says why, and where the message is when nobody sees it: after `:wq`, which does not wait.
---@param buf integer
---@param err polecat.Error
local function failed(buf, err)
  if vim.api.nvim_buf_is_valid(buf) and #vim.fn.win_findbuf(buf) == 0 then
    local kept = ('the message is kept: `:PolecatInject %s` shows it'):format(vim.b[buf].polecat)
    err = vim.tbl_extend('force', err, { hint = kept })
  end
  notify.error(err)
end

--- `:w`. The buffer stays modified until the message has arrived, so that nothing is lost.
---@param buf integer
local function send(buf)
  local text = text_of(buf)
  if text == '' then
    return notify.error('an empty message is not sent')
  elseif sending[buf] then
    return notify.error('the message is being sent')
  end
  sending[buf] = true
  -- `:wq` must not wipe the only copy of the text.
  vim.bo[buf].bufhidden = 'hide'
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  local args = { polecat = vim.b[buf].polecat, text = text, at = where.here(buf) }
  backend.call('session.inject', args, function(err)
    sending[buf] = nil
    if err then
      failed(buf, err)
    else
      delivered(buf, tick)
    end
    if vim.api.nvim_buf_is_valid(buf) then
      vim.bo[buf].bufhidden = 'wipe'
    end
  end)
end

---@param buf integer
local function close(buf)
  if vim.bo[buf].modified then
    return notify.warn('the message is not sent: `:w` sends it, `:q!` drops it')
  end
  window.close(vim.api.nvim_get_current_win())
end

--- Makes `buf` a place to write to `spec.polecat`.
---@param buf integer
---@param spec { polecat: string, at: polecat.At }
function M.fill(buf, spec)
  buffer.prepare(buf, 'wipe')
  vim.bo[buf].buftype = 'acwrite'
  vim.bo[buf].modifiable = true
  vim.bo[buf].undolevels = vim.go.undolevels
  where.keep(buf, spec.at)
  vim.b[buf].polecat = spec.polecat
  vim.b[buf].polecat_title = ('to %s: `:w` sends'):format(spec.polecat)
  keys.set(buf, 'plain', { close = close })
  autocmd.on('polecat_compose', 'BufWriteCmd', buf, 'Send the message', function()
    send(buf)
  end)
  M.set_filetype(buf)
end

--- Messages are mostly Markdown, and highlighted so where the user's own autocommands for the file
--- type have done nothing else.
---@param buf integer
function M.set_filetype(buf)
  vim.bo[buf].filetype = 'polecat-compose'
  local is_done = vim.b[buf].current_syntax or vim.treesitter.highlighter.active[buf]
  if not is_done and not pcall(vim.treesitter.start, buf, 'markdown') then
    vim.bo[buf].syntax = 'markdown'
  end
end

--- Adds `lines` to what is written already, the cursor on an empty line after them.
---@param buf integer
---@param win integer
---@param lines string[]
local function quote(buf, win, lines)
  local last = vim.api.nvim_buf_line_count(buf)
  local empty = last == 1 and vim.api.nvim_buf_get_lines(buf, 0, 1, false)[1] == ''
  local from = empty and 0 or last
  vim.api.nvim_buf_set_lines(buf, from, -1, false, vim.list_extend(vim.deepcopy(lines), { '', '' }))
  vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(buf), 0 })
end

---@param spec { polecat: string, at: polecat.At, quote?: string[] }
---@param split polecat.Split
local function show(spec, split)
  local buf, new = buffer.get(NAME .. spec.polecat)
  if new or not vim.bo[buf].modified then
    M.fill(buf, spec)
  end
  local win = window.split(buf, window.sized(split, HEIGHT))
  if not win then
    return
  end
  panel.keep(win)
  window.set_options(win, { winbar = " %{get(b:, 'polecat_title', '')}" })
  if spec.quote then
    quote(buf, win, spec.quote)
  end
end

--- Opens the buffer for a message to `spec.polecat`, with what was written before and not sent.
--- Nobody shall write a message to a polecat that does not exist.
---@param spec { polecat: string, at?: polecat.At, quote?: string[] }
---@param split polecat.Split
function M.open(spec, split)
  spec.at = spec.at or where.here()
  local args = { polecat = spec.polecat, at = spec.at }
  backend.call(
    'session.status',
    args,
    notify.or_error(function()
      reveal.when_idle(function()
        show(spec, split)
      end)
    end)
  )
end

return M
