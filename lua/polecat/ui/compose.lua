--- Buffers in which a text is written for the backend: `:w` sends it off.
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local effects = require('polecat.ui.effects')
local float = require('polecat.ui.windows.float')
local gather = require('polecat.editor.gather')
local keys = require('polecat.ui.views.keymaps')
local notify = require('polecat.editor.notify')
local panel = require('polecat.ui.windows.panel')
local reveal = require('polecat.ui.windows.defer')
local where = require('polecat.editor.context')
local window = require('polecat.ui.windows.window')

local M = {}

---@class polecat.Compose An effect of this kind.
---@field name string Of the buffer.
---@field polecat? string
---@field title string
---@field text string What stands there already.
---@field quote? string[] Lines that are added to what was begun.
---@field float? { lines: integer, columns: integer }
---@field closes? boolean Whether its window closes when it is sent: that takes long.
---@field lines integer Of a split.
---@field call polecat.Request What `:w` does, with `text` in its arguments.
---@field forced? polecat.Request The same of `:w!`, where that is something else.
---@field contexts? boolean Whether words such as `{file}` stand for something in the editor.
---@field words polecat.ComposeWords

---@class polecat.ComposeWords What is told of a text.
---@field empty string
---@field unsaved string
---@field later string
---@field hidden string

--- Texts that are on their way: none must be sent twice.
---@type table<integer, boolean>
local sending = {}
--- What the buffers are that texts are written in, to begin again.
---@type table<integer, { effect: polecat.Compose, at: polecat.At }>
local begun = {}

--- The text, without empty lines at its end.
---@param buf integer
---@return string
local function text_of(buf)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  while lines[1] and vim.trim(lines[#lines]) == '' do
    table.remove(lines)
  end
  return table.concat(lines, '\n')
end

--- Closes the windows of `buf`.
---@param buf integer
local function close(buf)
  if vim.api.nvim_get_current_buf() == buf then
    vim.cmd.stopinsert()
  end
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    window.close(win)
  end
end

--- It has arrived: the buffer goes, unless it was written to since.
---@param buf integer
---@param tick integer The buffer's when it was sent.
---@param words polecat.ComposeWords
local function arrived(buf, tick, words)
  if vim.api.nvim_buf_get_changedtick(buf) ~= tick then
    return notify.warn(words.later)
  end
  vim.bo[buf].modified = false
  close(buf)
  pcall(vim.api.nvim_buf_delete, buf, { force = true })
end

--- `:w`. The buffer stays, modified, until the text has arrived, so that nothing is lost.
---@param buf integer
---@param effect polecat.Compose
local function send(buf, effect)
  local text, tick = text_of(buf), vim.api.nvim_buf_get_changedtick(buf)
  if text == '' or sending[buf] then
    return notify.error(text == '' and effect.words.empty or 'it is being sent')
  end
  sending[buf] = true
  -- `:wq` must not wipe the only copy.
  vim.bo[buf].bufhidden = 'hide'
  local call = vim.v.cmdbang == 1 and effect.forced or effect.call
  local source = vim.b[buf].polecat_source
  local named = source and gather.named(text, source) or {}
  local args = vim.tbl_extend('force', call.args, { text = text }, named)
  -- What comes of it is asked where it was opened.
  local win = vim.w.polecat_from or vim.fn.win_getid(vim.fn.winnr('#'))
  local context = { at = where.here(buf), split = {}, from = { win = win, typed = 0 } }
  effects.call({ method = call.method, args = args, editor = call.editor }, context, function(err)
    sending[buf] = nil
    if not vim.api.nvim_buf_is_valid(buf) then
      return
    elseif not err then
      arrived(buf, tick, effect.words)
    elseif #vim.fn.win_findbuf(buf) == 0 then
      err.hint = effect.words.hidden
    end
    if vim.api.nvim_buf_is_valid(buf) then
      vim.bo[buf].bufhidden = 'wipe'
    end
  end)
  if effect.closes then
    -- Neovim has not written it yet.
    vim.schedule(function()
      if sending[buf] then
        close(buf)
      end
    end)
  end
end

--- Texts are mostly Markdown, and highlighted so where the user's own autocommands for the file
--- type have done nothing else.
---@param buf integer
local function highlight(buf)
  vim.bo[buf].filetype = 'polecat-compose'
  local is_done = vim.b[buf].current_syntax or vim.treesitter.highlighter.active[buf]
  if not is_done and not pcall(vim.treesitter.start, buf, 'markdown') then
    vim.bo[buf].syntax = 'markdown'
  end
end

--- A text that got another name is a file like any other: it is written, and not sent.
---@param buf integer
local function become_file(buf)
  vim.bo[buf].buftype, vim.bo[buf].bufhidden, vim.bo[buf].buflisted = '', '', true
  vim.api.nvim_clear_autocmds({ group = 'polecat_compose', buffer = buf })
  begun[buf] = nil
end

--- Writes the text to a file; whether that may be written over has been asked.
---@param file string
local function write_copy(file)
  local mods = { noautocmd = true, keepalt = true }
  vim.cmd({ cmd = 'write', bang = true, args = { file }, magic = { file = false }, mods = mods })
end

--- Sends the text where it is written by its own name: `:w file` and `:saveas file` are no `:w`.
---@param buf integer
---@param effect polecat.Compose
local function send_when_written(buf, effect)
  local name = vim.api.nvim_buf_get_name(buf)
  autocmd.on('polecat_compose', 'BufWriteCmd', 'Send the text', function(event)
    if event.match == name then
      return send(buf, effect)
    end
    write_copy(event.match)
  end, buf)
  autocmd.on('polecat_compose', 'BufFilePost', 'Make a file of the text', function()
    become_file(buf)
  end, buf)
  autocmd.on('polecat_compose', 'BufWipeout', 'Forget the text', function()
    begun[buf] = nil
  end, buf)
end

---@param buf integer
---@param effect polecat.Compose
---@param at polecat.At
local function fill(buf, effect, at)
  begun[buf] = { effect = effect, at = at }
  buffer.prepare(buf, 'wipe')
  vim.bo[buf].buftype, vim.bo[buf].modifiable = 'acwrite', true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, vim.split(effect.text, '\n', { plain = true }))
  vim.bo[buf].undolevels, vim.bo[buf].modified = vim.go.undolevels, false
  vim.b[buf].polecat_at = at
  vim.b[buf].polecat, vim.b[buf].polecat_title = effect.polecat, effect.title
  keys.set(buf, nil, function()
    if vim.bo[buf].modified then
      return notify.warn(effect.words.unsaved)
    end
    buffer.close(buf)
  end)
  send_when_written(buf, effect)
  if effect.contexts then
    vim.bo[buf].completefunc = "v:lua.require'polecat.mentions'.complete"
  end
  highlight(buf)
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

--- `:edit!`: fills a buffer with what it began with.
---@param buf integer
---@return boolean whether it is one of these
function M.begin_again(buf)
  local known = begun[buf]
  if known then
    fill(buf, known.effect, known.at)
    if known.effect.quote then
      quote(buf, vim.api.nvim_get_current_win(), known.effect.quote)
    end
  end
  return known ~= nil
end

--- The window of `buf`, opened where it has none.
---@param buf integer
---@param effect polecat.Compose
---@param split polecat.Split
---@return integer? win
local function window_of(buf, effect, split)
  local size = effect.float
  if not size then
    return (window.split(buf, window.sized(split, effect.lines)))
  end
  local win = window.showing(buf)
  if win then
    vim.api.nvim_set_current_win(win)
    return win
  end
  win = float.popup(buf, vim.b[buf].polecat_title, size.columns, size.lines)
  if effect.text == '' and not vim.bo[buf].modified then
    vim.cmd.startinsert()
  end
  return win
end

---@param effect polecat.Compose
---@param context polecat.Context
---@param source polecat.Meant
local function show(effect, context, source)
  local buf, new = buffer.get(effect.name, context.at)
  if effect.contexts and source.buf ~= buf then
    -- What words such as `{file}` are about.
    vim.b[buf].polecat_source = source
  end
  if new or not vim.bo[buf].modified then
    fill(buf, effect, context.at)
  elseif effect.float then
    notify.warn(effect.words.unsaved)
  end
  local win = window_of(buf, effect, context.split)
  if win and not effect.float then
    panel.keep(win)
    window.set_options(win, window.TITLE)
  end
  if win and effect.quote then
    quote(buf, win, effect.quote)
  end
end

--- Carries out an effect: opens the buffer, with what was begun and has not arrived; or fills the
--- one that is edited by its name.
---@param effect polecat.Compose
---@param context polecat.Context
function M.open(effect, context)
  local from = context.split.from
  local asked_from = from and vim.api.nvim_win_is_valid(from) and from
  local source = gather.source(asked_from or vim.api.nvim_get_current_win())
  if context.buf then
    vim.b[context.buf].polecat_source = effect.contexts and source or nil
    return vim.api.nvim_buf_is_valid(context.buf)
      and not vim.bo[context.buf].modified
      and fill(context.buf, effect, context.at)
  end
  reveal.when_idle(function()
    show(effect, context, source)
  end)
end

return M
