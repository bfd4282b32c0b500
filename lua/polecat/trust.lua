--- Asks a person before something is run that only files of a project name.
local ask = require('polecat.ask')
local buffer = require('polecat.buffer')
local keys = require('polecat.keys')
local window = require('polecat.window')

local M = {}

local NO, ONCE, ALWAYS, ALL = 'No', 'Run once', 'Always', 'No, show all of it first'

---@class polecat.Question
---@field about polecat.Untrusted
---@field begun integer When the call was made that it is for.
---@field done fun(answer?: 'once'|'always')
---@field from polecat.From
---@field again string

--- Those that wait for their turn.
---@type polecat.Question[]
local waiting = {}
--- The window of the one that is open.
---@type integer?
local open
--- The last answers by what they were about, and when they were given.
---@type table<string, { answer?: 'once'|'always', at: integer }>
local answers = {}

---@param lines string[]
---@param width integer
---@return integer
local function height_of(lines, width)
  local rows = 0
  for _, line in ipairs(lines) do
    rows = rows + math.max(math.ceil(vim.fn.strdisplaywidth(line) / width), 1)
  end
  return rows
end

---@param lines string[]
---@return integer buf
local function buffer_of(lines)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden, vim.bo[buf].modifiable = 'wipe', false
  vim.bo[buf].filetype = 'polecat-trust'
  return buf
end

--- Shows `lines` at the top of the screen, without the focus.
---@param lines string[]
---@return integer win
---@return boolean whole Whether there is room for all of them.
local function show(lines)
  local width, room = math.max(vim.o.columns - 2, 1), math.max(vim.o.lines - 9, 1)
  local rows = height_of(lines, width)
  local win = vim.api.nvim_open_win(buffer_of(lines), false, {
    relative = 'editor',
    row = 0,
    col = 0,
    width = width,
    height = math.min(rows, room),
    focusable = false,
    style = 'minimal',
    border = 'rounded',
    title = rows > room and ' to be allowed (its beginning) ' or ' to be allowed ',
    zindex = 70,
  })
  vim.wo[win].wrap = true
  return win, rows <= room
end

---@param about polecat.Untrusted
---@param whole boolean
---@return string[]
local function choices_of(about, whole)
  local choices = { NO, ONCE }
  if about.lasting then
    choices[#choices + 1] = ALWAYS
  end
  if not whole then
    choices[#choices + 1] = ALL
  end
  return choices
end

---@param question polecat.Question
---@param done fun()
local function put(question, done)
  local about = question.about
  local win, whole = show(about.lines)
  open = win
  vim.cmd.redraw()
  local opts = { prompt = 'Run what files of this project name?' }
  opts.from, opts.again = question.from, question.again
  ask.select(choices_of(about, whole), opts, function(choice)
    window.close(win)
    open = nil
    local answer = choice == ONCE and 'once' or choice == ALWAYS and 'always' or nil
    answers[about.id] = { answer = answer, at = vim.uv.hrtime() }
    if choice == ALL then
      local buf = buffer_of(about.lines)
      window.split(buf, {})
      keys.set(buf, {}, function()
        buffer.close(buf)
      end)
    end
    question.done(answer)
    done()
  end)
end

--- Puts the next question, unless one is open. What was answered while its call was under way, is
--- not asked again.
local function next_question()
  if open and vim.api.nvim_win_is_valid(open) then
    return
  end
  local question = table.remove(waiting, 1)
  if not question then
    return
  end
  local known = answers[question.about.id]
  if known and known.at > question.begun then
    question.done(known.answer)
    return next_question()
  end
  put(question, next_question)
end

--- `act`, which starts an agent, so that it is called again with the person's answer when that is
--- needed. Who calls it again, for another reason, is not asked again.
---@param act fun(of: string, options: table, callback: polecat.Callback)
---@param again string The command that asks again, for who could not be asked.
---@return fun(of: string, options: table, callback: polecat.Callback)
function M.asking(act, again)
  local from, trust = ask.from(), {}
  local function try(of, options, callback)
    local begun = vim.uv.hrtime()
    act(of, vim.tbl_extend('force', options, trust), function(err, result)
      if not err or err.code ~= 'untrusted' then
        return callback(err, result)
      end
      local function done(answer)
        if answer then
          trust = { trust = answer, trust_id = err.untrusted.id }
          return try(of, options, callback)
        end
        -- Who said no, or was told that nobody could ask, knows.
        callback(vim.tbl_extend('force', err, { told = true }))
      end
      local question = { about = err.untrusted, begun = begun, done = done }
      question.from, question.again = from, again
      waiting[#waiting + 1] = question
      next_question()
    end)
  end
  return try
end

return M
