--- The window in which a question of an agent is answered: what stands in it and what its keys do,
--- the backend says. It answers only what was on the screen before the key was pressed.
local ask = require('polecat.ui.ask')
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local effects = require('polecat.ui.effects')
local float = require('polecat.ui.windows.float')
local frame = require('polecat.ui.windows.frame')
local keymaps = require('polecat.ui.views.keymaps')
local window = require('polecat.ui.windows.window')

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

---@param shown polecat.OpenQuestion
---@param phase 'keys'|'giving'|'changed'
local function enter(shown, phase)
  if vim.api.nvim_win_is_valid(shown.win) then
    shown.phase = phase
    local words = ' ' .. shown.effect.words[phase] .. ' '
    vim.api.nvim_win_set_config(shown.win, frame.footer(words))
  end
end

--- Closes the window, and goes back to where the question was asked for.
local function leave()
  local left = open
  open = nil
  autocmd.off('polecat_question')
  if left and vim.api.nvim_win_is_valid(left.win) then
    local from = vim.w[left.win].polecat_from
    local is_here = vim.api.nvim_get_current_win() == left.win
    window.close(left.win)
    if is_here then
      pcall(vim.api.nvim_set_current_win, from)
    end
  end
end

---@param shown polecat.OpenQuestion
---@param request polecat.Request
local function call(shown, request)
  enter(shown, 'giving')
  effects.call(request, shown.context, function(err)
    if open ~= shown then
      return
    elseif not err then
      return leave()
    end
    local over = err.code == 'question_changed' or err.code == 'nothing_asked'
    enter(shown, over and 'changed' or 'keys')
  end)
end

--- Gives a choice, or ticks it.
---@param shown polecat.OpenQuestion
---@param name 'number'|'row'
---@param value integer
local function choose(shown, name, value)
  for _, choice in ipairs(shown.effect.choices) do
    if choice[name] == value and choice.call then
      return call(shown, choice.call)
    elseif choice[name] == value then
      choice.ticked = not choice.ticked
      local line = vim.fn.getbufline(shown.buf, choice.row + 1)[1]
      local from = line:find('%[.%]')
      if from then
        local tick, row = { choice.ticked and 'x' or ' ' }, choice.row
        vim.bo[shown.buf].modifiable = true
        -- No more than that: the colours of a line go with it.
        vim.api.nvim_buf_set_text(shown.buf, row, from, row, from + 1, tick)
        vim.bo[shown.buf].modifiable = false
      end
    end
  end
end

--- Sends all that is ticked.
---@param shown polecat.OpenQuestion
---@param request polecat.Request
local function send(shown, request)
  local ticked = {}
  for _, choice in ipairs(shown.effect.choices) do
    ticked[#ticked + 1] = choice.ticked and choice.number or nil
  end
  local answers = vim.tbl_extend('force', request.args.answers, { ticked = ticked })
  local args = vim.tbl_extend('force', request.args, { answers = answers })
  call(shown, { method = request.method, args = args })
end

---@param shown polecat.OpenQuestion
---@param key polecat.QuestionKey
local function press(shown, key)
  if key.call then
    call(shown, key.call)
  elseif key.effects then
    leave()
    ---@type polecat.Context
    local context = vim.tbl_extend('force', shown.context, { from = false })
    effects.apply(key.effects, context)
  else
    choose(shown, 'number', key.choice --[[@as integer]])
  end
end

---@param shown polecat.OpenQuestion
---@param lhs string
---@param about string
---@param phases table<string, boolean>? When it acts, if not always.
---@param act fun()
local function set(shown, lhs, about, phases, act)
  vim.keymap.set('n', lhs, function()
    if open == shown and (not phases or phases[shown.phase or 'drawn']) then
      act()
    end
  end, { buffer = shown.buf, nowait = true, desc = about })
end

--- What is answered by the row of the cursor.
---@param shown polecat.OpenQuestion
local function map_rows(shown)
  local request = shown.effect.send
  local function choose_here()
    choose(shown, 'row', vim.api.nvim_win_get_cursor(shown.win)[1] - 1)
  end
  set(shown, '<Space>', 'Tick it', { keys = request ~= nil }, choose_here)
  set(shown, '<CR>', 'Answer', { keys = true }, function()
    if request then
      send(shown, request)
    else
      choose_here()
    end
  end)
end

---@param shown polecat.OpenQuestion
local function map(shown)
  for _, key in ipairs(shown.effect.keys) do
    -- What answers nothing can be done about a question that is over, too.
    set(shown, key.lhs, key.about, { keys = true, changed = key.call ~= nil }, function()
      press(shown, key)
    end)
  end
  map_rows(shown)
  for _, lhs in ipairs({ 'q', '<Esc>' }) do
    set(shown, lhs, 'Leave it unanswered', nil, leave)
  end
  set(shown, 'g?', 'List the keys', nil, function()
    keymaps.list(shown.effect.keys)
  end)
end

---@param effect polecat.Question
---@return integer buf
---@return integer win
local function show(effect)
  local buf = buffer.scratch({})
  buffer.draw(buf, { effect.patch }, {}, 0)
  vim.b[buf].polecat = effect.polecat
  vim.bo[buf].filetype = 'polecat-question'
  local width = vim.fn.strdisplaywidth(effect.words.keys) + 4
  for _, line in ipairs(effect.patch.lines) do
    -- And a blank before the frame.
    width = math.max(width, vim.fn.strdisplaywidth(line) + 1)
  end
  local win, whole = float.popup(buf, effect.title, width)
  window.set_options(win, 'nolinebreak cursorline')
  -- What has to be scrolled is read from its beginning.
  if effect.marked and whole then
    vim.api.nvim_win_set_cursor(win, { effect.marked + 1, 0 })
  end
  return buf, win
end

--- Sees whether what is shown is still asked.
---@param shown polecat.OpenQuestion
local function follow(shown)
  local context = shown.context
  autocmd.on('polecat_question', 'User', 'Follow the question that is shown', function(event)
    local told = event.match:find('^Polecat') and event.data or nil
    local rig = context.at.rig
    local is_its = type(told) == 'table'
      and told.session_id == shown.effect.session
      and (not rig or told.rig_path == rig)
    if not is_its then
      return
    end
    local same = told.waiting and told.waiting.id == shown.effect.id
    if shown.phase == 'changed' and same then
      enter(shown, 'keys')
    elseif shown.phase ~= 'giving' and not same then
      enter(shown, 'changed')
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
  ---@type polecat.OpenQuestion
  local shown = { effect = effect, context = context, win = win, buf = buf }
  open = shown
  map(shown)
  follow(shown)
  autocmd.on('polecat_question', 'BufWipeout', 'Forget the question that is left', function()
    if open == shown then
      open = nil
      autocmd.off('polecat_question')
    end
  end, buf)
  vim.cmd.redraw()
  ask.when_quiet(function()
    if open == shown and not shown.phase then
      enter(shown, 'keys')
    end
  end)
end

return M
