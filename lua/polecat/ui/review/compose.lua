--- The small window in which a comment is written: `:w` keeps it.
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.buffer')
local float = require('polecat.ui.float')
local keys = require('polecat.ui.keymaps')
local notify = require('polecat.editor.notify')
local reveal = require('polecat.ui.defer')
local window = require('polecat.ui.window')

local M = {}

local NAME = 'polecat://comment/'
local WIDTH, HEIGHT = 72, 8

---@class polecat.CommentSpec
---@field polecat string
---@field title string What it is about.
---@field text string What it says so far.
---@field keep fun(text: string, done: fun(err?: polecat.Error))

---@param buf integer
---@return string
local function text_of(buf)
  return vim.trim(table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n'))
end

--- It is kept. What was typed since then stays, as text that is not.
---@param buf integer
---@param tick integer
local function kept(buf, tick)
  if not vim.api.nvim_buf_is_valid(buf) then
    return
  elseif vim.api.nvim_buf_get_changedtick(buf) ~= tick then
    return notify.warn('the comment is kept; what was written since is not')
  end
  vim.bo[buf].modified = false
  if vim.api.nvim_get_current_buf() == buf then
    vim.cmd.stopinsert()
  end
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    window.close(win)
  end
  pcall(vim.api.nvim_buf_delete, buf, { force = true })
end

--- `:w`. Until it is kept, this is the only copy of it.
---@param buf integer
---@param spec polecat.CommentSpec
local function write(buf, spec)
  local text, tick = text_of(buf), vim.api.nvim_buf_get_changedtick(buf)
  if text == '' then
    return notify.error('an empty comment is not kept')
  end
  vim.bo[buf].bufhidden = 'hide'
  spec.keep(text, function(err)
    if not err then
      return kept(buf, tick)
    end
    notify.error(err)
    if vim.api.nvim_buf_is_valid(buf) and #vim.fn.win_findbuf(buf) == 0 then
      reveal.when_idle(function()
        float.popup(buf, spec.title, WIDTH, HEIGHT)
      end)
    end
  end)
end

---@param buf integer
local function close(buf)
  if vim.bo[buf].modified then
    return notify.warn('the comment is not kept: `:w` keeps it, `:q!` drops it')
  end
  window.close(vim.api.nvim_get_current_win())
end

---@param buf integer
---@param spec polecat.CommentSpec
local function fill(buf, spec)
  buffer.prepare(buf, 'wipe')
  vim.bo[buf].buftype, vim.bo[buf].modifiable = 'acwrite', true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, vim.split(spec.text, '\n', { plain = true }))
  vim.bo[buf].undolevels, vim.bo[buf].modified = vim.go.undolevels, false
  vim.b[buf].polecat = spec.polecat
  keys.set(buf, 'plain', { close = close })
  autocmd.on('polecat_comment', 'BufWriteCmd', buf, 'Keep the comment', function()
    write(buf, spec)
  end)
  require('polecat.ui.compose').set_filetype(buf)
end

--- Opens the window. One that is being written already comes first.
---@param spec polecat.CommentSpec
function M.open(spec)
  local buf, new = buffer.get(NAME .. spec.polecat)
  if not new and vim.bo[buf].modified then
    notify.warn('this comment is not kept yet: `:w` keeps it, `:q!` drops it')
  else
    fill(buf, spec)
  end
  local win = window.showing(buf)
  if win then
    return vim.api.nvim_set_current_win(win)
  end
  float.popup(buf, spec.title .. ': `:w` keeps it', WIDTH, HEIGHT)
  if spec.text == '' then
    vim.cmd.startinsert()
  end
end

return M
