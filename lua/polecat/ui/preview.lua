--- Choices by `vim.ui.select` that show first what they are about: one at a time, and the same one
--- once.
local ask = require('polecat.ui.ask')
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local keys = require('polecat.ui.views.keymaps')
local notify = require('polecat.editor.notify')
local window = require('polecat.ui.windows.window')

local M = {}

---@class polecat.Preview An effect of this kind.
---@field id string Of exactly this.
---@field prompt string
---@field titles string[] With all of it, and with its beginning.
---@field filetype string
---@field lines string[]
---@field not_asked polecat.Error Is told when it comes while the user does something else.
---@field choices polecat.Choice[]
---@field show_all string

---@class polecat.PendingPreview
---@field question polecat.Preview
---@field context polecat.Context
---@field done fun(choice?: polecat.Choice)

--- Those that wait for their turn.
---@type polecat.PendingPreview[]
local waiting = {}
--- The window of the one that is open.
---@type integer?
local open
--- The last answers by what they were about, and when they were given.
---@type table<string, { label?: string, at: integer }>
local answers = {}

---@param question polecat.Preview
---@return integer buf
local function buffer_of(question)
  local buf = buffer.scratch(question.lines)
  vim.bo[buf].filetype = question.filetype
  return buf
end

--- Shows what `question` is about at the top of the screen, without the focus.
---@param question polecat.Preview
---@return integer win
---@return boolean whole Whether there is room for all of it.
local function show(question)
  local room = math.max(vim.o.lines - 9, 1)
  local win = vim.api.nvim_open_win(buffer_of(question), false, {
    relative = 'editor',
    row = 0,
    col = 0,
    width = math.max(vim.o.columns - 2, 1),
    height = room,
    style = 'minimal',
    border = 'rounded',
    zindex = 70,
  })
  vim.wo[win].wrap = true
  local rows = vim.api.nvim_win_text_height(win, {}).all
  vim.api.nvim_win_set_config(win, {
    height = math.min(rows, room),
    title = question.titles[rows > room and 2 or 1],
  })
  return win, rows <= room
end

--- Opens all of it in a window to be read.
---@param question polecat.Preview
local function show_all(question)
  local buf = buffer_of(question)
  window.split(buf, {})
  keys.set(buf)
end

---@param asked polecat.PendingPreview
---@param finished fun()
local function put(asked, finished)
  local question = asked.question
  local win, whole = show(question)
  open = win
  keys.set(vim.api.nvim_win_get_buf(win))
  vim.cmd.redraw()
  local choices = vim.list_slice(question.choices)
  if not whole then
    choices[#choices + 1] = { label = question.show_all }
  end
  ---@param choice? polecat.Choice
  local function take(choice)
    if open ~= win then
      return
    end
    open = nil
    if vim.api.nvim_win_is_valid(win) then
      window.close(win)
    end
    answers[question.id] = { label = choice and choice.label, at = vim.uv.hrtime() }
    if choice and choice.label == question.show_all then
      show_all(question)
    end
    asked.done(choice)
    finished()
  end
  -- A picker that was closed may never say so: then this window stays, until somebody closes it.
  autocmd.once('WinClosed', 'Take a question as not answered', function()
    vim.schedule(take)
  end, { pattern = tostring(win) })
  ask.when_free(asked.context.from, function()
    ask.choose(choices, { prompt = question.prompt }, take)
  end, function()
    notify.warn(question.not_asked)
    take()
  end)
end

--- The choice that answers the same question, when it was answered while this one's call was under
--- way.
---@param asked polecat.PendingPreview
---@return boolean known
---@return polecat.Choice? choice
local function answered(asked)
  local known = answers[asked.question.id]
  if not known or known.at <= asked.context.begun then
    return false
  end
  for _, choice in ipairs(asked.question.choices) do
    if choice.label == known.label then
      return true, choice
    end
  end
  return true
end

--- Puts the next question, unless one is open.
local function next_question()
  if open and vim.api.nvim_win_is_valid(open) then
    return
  end
  local asked = table.remove(waiting, 1)
  if not asked then
    return
  end
  local known, choice = answered(asked)
  if known then
    asked.done(choice)
    return next_question()
  end
  put(asked, next_question)
end

--- Asks `question`; `done` gets nothing when it was not answered or not asked.
---@param question polecat.Preview
---@param context polecat.Context
---@param done fun(choice?: polecat.Choice)
function M.put(question, context, done)
  waiting[#waiting + 1] = { question = question, context = context, done = done }
  next_question()
end

return M
