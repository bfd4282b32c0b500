--- What has happened between two looks at a polecat, in the words of the `User` events.
local M = {}

---@class polecat.Memory What is remembered of a polecat, to know what is news.
---@field info polecat.SessionInfo As it was last told.
---@field lives boolean Its agent ran when that was last known.
---@field state string The last state that said something: `unknown` is no state of an agent.
---@field question? polecat.Asked What it waits for, while it waits.
---@field started? integer When its agent was seen to start, in ms of the loop's clock.

---@class polecat.Asked A question, blanks made alike; what nobody says is empty.
---@field words string Why it is asked, and its text.
---@field about string

---@class polecat.Change
---@field event string The pattern of the `User` event.
---@field data table Its data: the SessionInfo, and what the event has besides.
---@field from string The last known state before.
---@field home? string The folder of the rig's polecats.
---@field age? integer How long the agent has run, in ms; nil when it was there before us.

--- Of whom nothing is known there was no session.
---@param info polecat.SessionInfo
---@return polecat.Memory
local function nothing(info)
  local before = { polecat = info.polecat, state = 'stopped', running = false }
  return { info = before, lives = false, state = 'stopped' }
end

--- Whether the agent of `new` is another one than that of `old`.
---@param old polecat.SessionInfo
---@param new polecat.SessionInfo
---@return boolean
local function replaced(old, new)
  for _, key in ipairs({ 'pid', 'created' }) do
    if old[key] ~= nil and new[key] ~= nil and old[key] ~= new[key] then
      return true
    end
  end
  return false
end

---@param state string
---@return boolean
local function has_ended(state)
  return state == 'died' or state == 'exited'
end

---@param ... string?
---@return string
local function alike(...)
  return vim.trim((table.concat({ ... }, '\n'):gsub('%s+', ' ')))
end

--- What an agent waits for, to tell one question from the next.
---@param info polecat.SessionInfo
---@return polecat.Asked?
local function question_of(info)
  if info.state ~= 'waiting' then
    return nil
  end
  local waiting = info.waiting or {}
  return {
    words = alike(waiting.reason or '', waiting.text or ''),
    about = alike(waiting.about or ''),
  }
end

--- Whether `asks` is another question than `asked`. Many an agent asks for each command in the
--- same words, and where a window has become small what it is about is not seen.
---@param asked polecat.Asked
---@param asks polecat.Asked
---@return boolean
local function differs(asked, asks)
  for _, part in ipairs({ 'words', 'about' }) do
    if asked[part] ~= '' and asks[part] ~= '' and asked[part] ~= asks[part] then
      return true
    end
  end
  return false
end

--- What `info` asks, with what has been seen of it before.
---@param asked? polecat.Asked
---@param info polecat.SessionInfo
---@return polecat.Asked?
local function question_after(asked, info)
  local asks = question_of(info)
  if asked and asks and not differs(asked, asks) then
    asks.words = asks.words ~= '' and asks.words or asked.words
    asks.about = asks.about ~= '' and asks.about or asked.about
  end
  return asks
end

--- What is remembered of `info` after `memory`.
---@param memory polecat.Memory
---@param info polecat.SessionInfo
---@return polecat.Memory
local function remember(memory, info)
  if info.state ~= 'unknown' then
    return {
      info = info,
      lives = info.running,
      state = info.state,
      question = question_after(not replaced(memory.info, info) and memory.question or nil, info),
      started = memory.started,
    }
  end
  -- A look that told nothing is no end of anything, neither of an agent nor of its question.
  local kept = vim.tbl_extend('force', memory, { info = info })
  kept.lives = kept.lives or info.running
  return kept
end

--- Whether `info` asks what `memory` has not seen it ask.
---@param memory polecat.Memory
---@param info polecat.SessionInfo
---@return boolean
local function asks_anew(memory, info)
  local asked, asks = memory.question, question_of(info)
  if not asks then
    return false
  elseif not asked or replaced(memory.info, info) then
    return true
  end
  return differs(asked, asks)
end

--- The event of an agent that does not live any more. One that ended during its start has no
--- session by then, only a new record, which a stop would not have left.
---@param before polecat.SessionInfo
---@param info polecat.SessionInfo
---@return string
local function ending(before, info)
  local exit = info.state == 'stopped' and info.exit
  local crashed = exit and exit.status ~= 0 and not vim.deep_equal(exit, before.exit)
  return (info.state == 'died' or crashed) and 'PolecatDied' or 'PolecatStopped'
end

--- The beginning and the end of agents, in order.
---@param before polecat.Memory
---@param now polecat.Memory
---@param tell fun(event: string, extra?: table, of?: table)
local function lives(before, now, tell)
  local info = now.info
  local other = replaced(before.info, info)
  local ended = ending(before.info, info)
  if before.lives and not now.lives then
    return tell(ended)
  elseif before.lives and other then
    -- How it ended is not known any more: there is a new agent in its place.
    tell('PolecatStopped', { running = false, state = 'stopped' }, before.info)
  elseif not before.lives and not now.lives then
    -- One that came and went between two looks.
    if has_ended(info.state) and (other or not has_ended(before.state)) then
      tell('PolecatStarted')
      tell(ended)
    end
    return
  end
  if now.lives and (other or not before.lives) then
    tell('PolecatStarted')
  end
end

--- What has changed since `memory` (nil: nothing was known of it), and what to remember now.
---@param memory? polecat.Memory
---@param info polecat.SessionInfo
---@return polecat.Change[] changes
---@return polecat.Memory memory
function M.of(memory, info)
  local before = memory or nothing(info)
  local now = remember(before, info)
  local changes = {}
  local function tell(event, extra, of)
    if event == 'PolecatStarted' then
      now.started = vim.uv.now()
    end
    local age = now.started and vim.uv.now() - now.started
    local data = vim.tbl_extend('force', of or info, extra or {})
    changes[#changes + 1] = { event = event, data = data, from = before.state, age = age }
  end
  lives(before, now, tell)
  if before.info.state ~= info.state then
    tell('PolecatStateChanged', { old = before.info.state, new = info.state })
  end
  if asks_anew(before, info) then
    tell('PolecatWaiting', info.waiting)
  end
  return changes, now
end

--- What is remembered of a polecat that is seen for the first time, of which nothing is news.
---@param info polecat.SessionInfo
---@return polecat.Memory
function M.first(info)
  return remember(nothing(info), info)
end

--- What is told of a polecat that is not there any more.
---@param memory polecat.Memory
---@return polecat.Change[]
function M.gone(memory)
  local info = vim.tbl_extend('force', memory.info, { running = false, state = 'stopped' })
  return (M.of(memory, info))
end

return M
