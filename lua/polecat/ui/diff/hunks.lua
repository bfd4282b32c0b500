--- What stands in which rows of a diff, as the backend tells it with its frames.
local M = {}

---@class polecat.ChangedFile
---@field row integer Its first row, from 0.
---@field rows integer
---@field stage 'committed'|'staged'|'unstaged'|'untracked'|'reviewed'
---@field change string `added`, `renamed`, ...
---@field path string From the top of the worktree.
---@field old? string The path before, where it was another one.
---@field added integer
---@field removed integer
---@field binary boolean

---@class polecat.ChangedHunk
---@field row integer Of its heading, from 0.
---@field rows integer
---@field file integer
---@field old [integer, integer] First line and how many, before.
---@field new [integer, integer] After.
---@field id string

---@class polecat.Changes
---@field workdir string
---@field files polecat.ChangedFile[]
---@field hunks polecat.ChangedHunk[]
---@field comments polecat.Comment[]

---@class polecat.Spot What a row of a diff is.
---@field file polecat.ChangedFile
---@field hunk? polecat.ChangedHunk None in the head of a file.
---@field side 'old'|'new' The version that the line is of.
---@field line integer The line in that version, from 1; 0 in the head of a file.
---@field new integer The line in the version after that is there, or would be next.

--- The one of `entries` that `row` is in.
---@generic T
---@param entries T[]
---@param row integer
---@return T?
local function around(entries, row)
  local low, high = 1, #entries
  while low <= high do
    local middle = math.floor((low + high) / 2)
    local entry = entries[middle]
    if row < entry.row then
      high = middle - 1
    elseif row >= entry.row + entry.rows then
      low = middle + 1
    else
      return entry
    end
  end
end

---@param changes polecat.Changes
---@param row integer
---@return polecat.ChangedFile?
function M.file(changes, row)
  return around(changes.files, row)
end

---@param changes polecat.Changes
---@param row integer
---@return polecat.ChangedHunk?
function M.hunk(changes, row)
  return around(changes.hunks, row)
end

--- Calls `see(row, side, old, new)` for each line of `hunk`, until it returns something.
---@generic T
---@param buf integer
---@param hunk polecat.ChangedHunk
---@param see fun(row: integer, side: 'old'|'new', old: integer, new: integer): T?
---@return T?
function M.walk(buf, hunk, see)
  local old, new = hunk.old[1], hunk.new[1]
  -- Of nothing, git counts from the line in front of it.
  old, new = old + (hunk.old[2] == 0 and 1 or 0), new + (hunk.new[2] == 0 and 1 or 0)
  local first = hunk.row + 1
  local lines = vim.api.nvim_buf_get_lines(buf, first, hunk.row + hunk.rows, false)
  for offset, line in ipairs(lines) do
    local mark = line:sub(1, 1)
    local found = see(first + offset - 1, mark == '-' and 'old' or 'new', old, new)
    if found ~= nil then
      return found
    end
    old = old + ((mark == '+' or mark == '\\') and 0 or 1)
    new = new + ((mark == '-' or mark == '\\') and 0 or 1)
  end
end

--- What the row is; nil where no file is.
---@param buf integer
---@param changes polecat.Changes
---@param row integer From 0.
---@return polecat.Spot?
function M.spot(buf, changes, row)
  local file, hunk = M.file(changes, row), M.hunk(changes, row)
  if not file then
    return nil
  elseif not hunk then
    return { file = file, side = 'new', line = 0, new = 1 }
  elseif row == hunk.row then
    return { file = file, hunk = hunk, side = 'new', line = 0, new = math.max(hunk.new[1], 1) }
  end
  return M.walk(buf, hunk, function(at, side, old, new)
    if at == row then
      local line = side == 'old' and old or new
      return { file = file, hunk = hunk, side = side, line = line, new = math.max(new, 1) }
    end
  end)
end

--- The row in `hunk` that comes nearest to a line, and how near: the same text is nearer than any
--- other.
---@param buf integer
---@param hunk polecat.ChangedHunk
---@param spot polecat.Spot
---@param text string
---@return integer? row
---@return number away
local function nearest(buf, hunk, spot, text)
  local best, least = nil, math.huge
  local lines = vim.api.nvim_buf_get_lines(buf, hunk.row, hunk.row + hunk.rows, false)
  M.walk(buf, hunk, function(row, side, old, new)
    local line = side == 'old' and old or new
    local away = math.abs(line - (spot.line == 0 and spot.new or spot.line))
    away = away + (lines[row - hunk.row + 1] == text and 0 or 1e9)
    if side == spot.side and away < least then
      best, least = row, away
    end
  end)
  return spot.line == 0 and hunk.row or best, least
end

--- The row of a spot that was somewhere else before; nil when it is not to be found any more.
---@param buf integer
---@param changes polecat.Changes
---@param spot polecat.Spot
---@param text string Its line.
---@return integer?
function M.row_of(buf, changes, spot, text)
  local heading, best, least = nil, nil, math.huge
  for index, file in ipairs(changes.files) do
    if file.stage == spot.file.stage and file.path == spot.file.path then
      heading = file.row
      for _, hunk in ipairs(spot.hunk and changes.hunks or {}) do
        if hunk.file == index then
          local row, away = nearest(buf, hunk, spot, text)
          if away < least then
            best, least = row, away
          end
        end
      end
    end
  end
  return best or heading
end

--- What was changed after a stage.
local LATER = { committed = { 'staged', 'unstaged' }, staged = { 'unstaged' } }

--- Where a line of the version before `hunk` is after it.
---@param buf integer
---@param hunk polecat.ChangedHunk
---@param line integer
---@return integer
local function across(buf, hunk, line)
  return M.walk(buf, hunk, function(_, _, old, new)
    return old >= line and new or nil
  end) or line
end

--- Where a line of a file is after the changes of `stage` to it.
---@param buf integer
---@param changes polecat.Changes
---@param stage string
---@param path string
---@param line integer
---@return string path
---@return integer line
local function after(buf, changes, stage, path, line)
  for index, file in ipairs(changes.files) do
    if file.stage == stage and (file.old or file.path) == path then
      local shift = 0
      for _, hunk in ipairs(changes.hunks) do
        local from, count = hunk.old[1], hunk.old[2]
        if hunk.file == index and line >= from + math.max(count, 1) then
          shift = shift + hunk.new[2] - count
        elseif hunk.file == index and line >= from and count > 0 then
          return file.path, across(buf, hunk, line)
        end
      end
      return file.path, line + shift
    end
  end
  return path, line
end

--- Where a spot is in the worktree as it is now, which has the later changes too.
---@param buf integer
---@param changes polecat.Changes
---@param spot polecat.Spot
---@return string path
---@return integer line
function M.in_worktree(buf, changes, spot)
  local path, line = spot.file.path, spot.new
  for _, stage in ipairs(LATER[spot.file.stage] or {}) do
    path, line = after(buf, changes, stage, path, line)
  end
  return path, line
end

--- The rows to jump between: hunks, and files that have none.
---@param changes polecat.Changes
---@return integer[]
function M.stops(changes)
  local rows, with = {}, {}
  for _, hunk in ipairs(changes.hunks) do
    rows[#rows + 1] = hunk.row
    with[hunk.file] = true
  end
  for index, file in ipairs(changes.files) do
    if not with[index] then
      rows[#rows + 1] = file.row
    end
  end
  table.sort(rows)
  return rows
end

return M
