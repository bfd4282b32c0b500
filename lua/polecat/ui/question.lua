--- The window in which a question of an agent is answered: what stands in it and what its keys do,
--- the backend says. It answers only what was on the screen before the key was pressed.
local ask = require('polecat.ui.ask')
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.buffer')
local effects = require('polecat.ui.effects')
local float = require('polecat.ui.float')
local keymaps = require('polecat.ui.keymaps')
local window = require('polecat.ui.window')

local M = {}

---@class polecat.Question An effect of this kind.
---@field polecat string
---@field session string
---@field id string Of exactly this question.
---@field title string
---@field patch polecat.Patch All that stands in it.
---@field choices { number: integer, row: integer, call?: polecat.Request, ticked?: boolean }[]
---@field marked? integer The row of the choice that the agent has marked.
---@field keys polecat.QuestionKey[]
---@field send? polecat.Request Where several choices can be ticked.
---@field words { keys: string, giving: string, changed: string } What the frame says.

---@class polecat.QuestionKey
---@field lhs string
---@field about string
---@field choice? integer Its number.
---@field call? polecat.Request
---@field effects? table[]

---@class polecat.OpenQuestion
---@field effect polecat.Question
---@field context polecat.Context
---@field win integer
---@field buf integer
---@field phase? 'keys'|'giving'|'changed' Nothing before it has been on the screen for a moment.

---@type polecat.OpenQuestion?
local open

---@param phase 'keys'|'giving'|'changed'
local function enter(phase)
  if open and vim.api.nvim_win_is_valid(open.win) then
    open.phase = phase
    local footer = ' ' .. open.effect.words[phase] .. ' '
    vim.api.nvim_win_set_config(open.win, { footer = footer, footer_pos = 'right' })
  end
end

--- Closes the window, and goes back to where the question was asked for.
local function leave()
  local left = open
  open = nil
  autocmd.off('polecat_question')
  if left and vim.api.nvim_win_is_valid(left.win) then
    local from = vim.w[left.win].polecat_from
    window.close(left.win)
    pcall(vim.api.nvim_set_current_win, from)
  end
end

---@param request polecat.Request
local function call(request)
  local shown = open --[[@as polecat.OpenQuestion]]
  enter('giving')
  effects.call(request, shown.context, function(err)
    if open ~= shown then
      return
    elseif not err then
      return leave()
    end
    local over = err.code == 'question_changed' or err.code == 'nothing_asked'
    enter(over and 'changed' or 'keys')
  end)
end

--- Shows which choices are ticked.
local function draw_ticks()
  local buf = open.buf
  vim.bo[buf].modifiable = true
  for _, choice in ipairs(open.effect.choices) do
    local line = vim.api.nvim_buf_get_lines(buf, choice.row, choice.row + 1, false)[1]
    local col = (line:find('[', 1, true) or 1)
    local tick = choice.ticked and 'x' or ' '
    vim.api.nvim_buf_set_text(buf, choice.row, col, choice.row, col + 1, { tick })
  end
  vim.bo[buf].modifiable, vim.bo[buf].modified = false, false
end

--- Gives a choice, or ticks it.
---@param is fun(choice: table): boolean
local function choose(is)
  local choice = vim.tbl_filter(is, open.effect.choices)[1]
  if choice and choice.call then
    call(choice.call)
  elseif choice then
    choice.ticked = not choice.ticked
    draw_ticks()
  end
end

---@param choice table
---@return boolean
local function is_under_cursor(choice)
  return choice.row == vim.api.nvim_win_get_cursor(open.win)[1] - 1
end

--- <CR>: sends what is ticked, or gives the choice under the cursor.
local function enter_key()
  local send = open.effect.send
  if not send then
    return choose(is_under_cursor)
  end
  local ticked = {}
  for _, choice in ipairs(open.effect.choices) do
    ticked[#ticked + 1] = choice.ticked and choice.number or nil
  end
  local answers = vim.tbl_extend('force', send.args.answers, { ticked = ticked })
  call({ method = send.method, args = vim.tbl_extend('force', send.args, { answers = answers }) })
end

---@param key polecat.QuestionKey
local function press(key)
  if key.call then
    call(key.call)
  elseif key.effects then
    local context = open.context
    leave()
    effects.apply(key.effects, vim.tbl_extend('force', context, { from = false }))
  else
    choose(function(choice)
      return choice.number == key.choice
    end)
  end
end

---@param shown polecat.OpenQuestion
local function map(shown)
  ---@param phases table<string, boolean>? When it acts, if not always.
  local function set(lhs, about, phases, act)
    vim.keymap.set('n', lhs, function()
      if open == shown and (not phases or phases[shown.phase or 'drawn']) then
        act()
      end
    end, { buffer = shown.buf, nowait = true, desc = about })
  end
  for _, key in ipairs(shown.effect.keys) do
    -- What answers nothing can be done about a question that is over, too.
    set(key.lhs, key.about, { keys = true, changed = key.call ~= nil }, function()
      press(key)
    end)
  end
  set('<CR>', 'Answer', { keys = true }, enter_key)
  if shown.effect.send then
    set('<Space>', 'Tick', { keys = true }, function()
      choose(is_under_cursor)
    end)
  end
  for _, lhs in ipairs({ 'q', '<Esc>' }) do
    set(lhs, 'Leave it unanswered', nil, leave)
  end
  set('g?', 'List the keys', nil, function()
    keymaps.list(vim.tbl_map(function(key)
      return { key.lhs, key.about }
    end, shown.effect.keys))
  end)
end

--- How many rows the lines of `buf` take where they are wrapped.
---@param lines string[]
---@param width integer
---@return integer
local function rows_of(lines, width)
  local rows = 0
  for _, line in ipairs(lines) do
    rows = rows + math.max(math.ceil(vim.fn.strdisplaywidth(line) / width), 1)
  end
  return rows
end

---@param effect polecat.Question
---@return integer buf
---@return integer win
local function show(effect)
  local buf = buffer.scratch({})
  buffer.draw(buf, { effect.patch }, {}, 0)
  vim.b[buf].polecat = effect.polecat
  vim.bo[buf].filetype = 'polecat-question'
  local widest = math.max(40, #effect.words.keys + 4, unpack(vim.tbl_map(vim.fn.strdisplaywidth, effect.patch.lines)))
  local width = math.min(widest + 1, vim.o.columns - 4)
  local rows, room = rows_of(effect.patch.lines, width), vim.o.lines - 4
  local win = float.popup(buf, effect.title, width, math.min(rows, room))
  window.set_options(win, 'wrap nolinebreak cursorline nonumber norelativenumber signcolumn=no')
  -- What has to be scrolled is read from its beginning.
  if effect.marked and rows <= room then
    vim.api.nvim_win_set_cursor(win, { effect.marked + 1, 0 })
  end
  return buf, win
end

--- Sees whether what is shown is still asked.
local function follow()
  autocmd.on('polecat_question', 'User', 'Follow the question that is shown', function(event)
    local told = event.match:find('^Polecat') and event.data or nil
    if not open or type(told) ~= 'table' or told.session_id ~= open.effect.session then
      return
    end
    local same = told.waiting and told.waiting.id == open.effect.id
    if open.phase == 'changed' and same then
      enter('keys')
    elseif open.phase ~= 'giving' and not same then
      enter('changed')
    end
  end)
end

--- Carries out an effect: shows the question, and takes its keys after a moment in which none was
--- typed: one that was typed before it was seen answers nothing.
---@param effect polecat.Question
---@param context polecat.Context
function M.open(effect, context)
  leave()
  local buf, win = show(effect)
  vim.b[buf].polecat_at = context.at
  open = { effect = effect, context = context, win = win, buf = buf }
  local shown = open
  map(shown)
  follow()
  vim.cmd.redraw()
  ask.when_quiet(function()
    if open == shown and not shown.phase then
      enter('keys')
    end
  end)
end

return M
