--- How often the backend has died of late: it is not started anew at once each time, and the user
--- is not told each time.
local M = {}

--- Pauses before a new start, after the first death in a row, the second, ..., in ms.
---@type integer[]
local DELAYS = { 100, 500, 1000, 2000, 4000, 8000 }
--- A backend that lived longer than this did not die in a row, in ms.
local STABLE_INTERVAL = 30000

local count = 0
--- When it may be started again, in ms of the loop's clock.
local not_before = 0
--- The last words of the backend that the user was told.
---@type string?
local told

--- Notes that it died with these last words.
---@param lived integer In ms.
---@param words string
---@return boolean known The user was told the same of the death before.
---@return integer? pause Before the next start, in ms, when it is worth telling.
function M.note(lived, words)
  count = lived < STABLE_INTERVAL and count + 1 or 1
  local pause = DELAYS[math.min(count, #DELAYS)]
  not_before = vim.uv.now() + pause
  local known = count > 1 and told == words
  told = words
  return known, count > 1 and pause or nil
end

--- How long it must not be started yet, in ms; not above 0 when it may.
---@return integer
function M.pause_left()
  return not_before - vim.uv.now()
end

return M
