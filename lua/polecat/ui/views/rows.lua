--- What the rows of a view stand for, as the backend says with its frames: their ids, what stands for
--- them when they are folded, where the cursor stops, and notes between them. Works without a backend.
local M = {}

local namespace = vim.api.nvim_create_namespace('polecat_notes')

---@alias polecat.Chunks [string, string][] Texts and their groups.

---@class polecat.Range Rows that belong together.
---@field [1] integer The first one, from 0.
---@field [2] integer How many.
---@field [3] string `group#part`: another one when what they show has changed.
---@field [4]? polecat.Chunks What stands there when the fold that begins here is closed.
---@field [5]? integer The row that it leads to; its own where it is there to be folded.

---@class polecat.Marks
---@field ranges polecat.Range[] In order.
---@field stops table<string, integer[]> Rows, by what they are.
---@field notes [integer, polecat.Chunks[]][] Lines that are shown below rows.
---@field more? boolean They are of rows below those that are known.

--- By buffer.
---@type table<integer, polecat.Marks>
local marks = {}

---@param buf integer
---@return polecat.Range[]
local function ranges_of(buf)
  return marks[buf] and marks[buf].ranges or {}
end

--- The range that `row` is in.
---@param buf integer
---@param row integer From 0.
---@return polecat.Range?
local function range_of(buf, row)
  local ranges = ranges_of(buf)
  local low, high = 1, #ranges
  while low <= high do
    local middle = math.floor((low + high) / 2)
    local range = ranges[middle]
    if row < range[1] then
      high = middle - 1
    elseif row >= range[1] + range[2] then
      low = middle + 1
    else
      return range
    end
  end
end

---@param range polecat.Range
---@return string?
local function group_of(range)
  return range[3]:match('^[^#]*')
end

--- What `row` stands for.
---@param buf integer
---@param row integer From 0.
---@return string? id
---@return string? group What it belongs to.
function M.id(buf, row)
  local range = range_of(buf, row)
  if range then
    return ('%s+%d'):format(range[3], row - range[1]), group_of(range)
  end
end

--- The row that stands for `id`.
---@param buf integer
---@param id string
---@return integer? row From 0.
function M.row_of(buf, id)
  local of, offset = id:match('^(.*)%+(%d+)$')
  for _, range in ipairs(ranges_of(buf)) do
    if range[3] == of then
      return range[1] + math.floor(tonumber(offset) or 0)
    end
  end
end

--- The first row of a group and the row after its last one, from 0.
---@param buf integer
---@param group? string
---@return integer? first
---@return integer behind
function M.rows_of(buf, group)
  local first, behind = nil, 0
  for _, range in ipairs(ranges_of(buf)) do
    if group_of(range) == group then
      first, behind = first or range[1], range[1] + range[2]
    end
  end
  return first, behind
end

--- The first row that stands for something, from 0; for more than a heading, if there is one.
---@param buf integer
---@return integer?
function M.first(buf)
  local ranges = ranges_of(buf)
  for _, range in ipairs(ranges) do
    if not vim.endswith(group_of(range) or '', '/') then
      return range[1]
    end
  end
end

--- The heading that `row` stands under: its id ends with a `/`.
---@param buf integer
---@param row integer From 0.
---@return string? group
function M.heading(buf, row)
  local found
  for _, range in ipairs(ranges_of(buf)) do
    local group = group_of(range)
    if range[1] > row then
      break
    elseif group and vim.endswith(group, '/') then
      found = group
    end
  end
  return found
end

--- Goes to a row.
---@param row integer From 0.
---@param how string How it is then shown, in Normal mode.
local function go(row, how)
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { row + 1, 0 })
  vim.cmd('normal! ' .. how)
end

--- Goes where the row of the cursor leads. One that leads to itself is folded, or unfolded.
---@param buf integer
---@return boolean led Whether it leads anywhere.
function M.follow(buf)
  local range = range_of(buf, vim.api.nvim_win_get_cursor(0)[1] - 1)
  local target = range and range[5]
  if not range or not target then
    return false
  elseif target == range[1] then
    vim.cmd('normal! za')
  elseif target < vim.api.nvim_buf_line_count(buf) then
    go(target, 'zvzt')
  end
  return true
end

--- Moves the cursor, as often as the count says, to the next stop of a kind, or with `step` -1 to
--- the previous one. Those that wait come round: who needs a person stands above the others.
---@param buf integer
---@param kind string
---@param step 1|-1
function M.jump(buf, kind, step)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local stops = marks[buf] and marks[buf].stops[kind] or {}
  local ahead = vim.tbl_filter(function(stop)
    return (stop - row) * step > 0
  end, stops)
  ahead = #ahead == 0 and kind == 'waiting' and stops or ahead
  local nth = math.min(vim.v.count1, #ahead)
  local target = ahead[step > 0 and nth or #ahead + 1 - nth]
  if target then
    go(target, 'zv')
  end
end

--- The stops of a kind whose rows may be between two rows: those there, and the last one above.
---@param buf integer
---@param kind string
---@param from integer From 0.
---@param to integer
---@return integer[]
function M.stops_in(buf, kind, from, to)
  local found = {}
  for _, stop in ipairs(marks[buf] and marks[buf].stops[kind] or {}) do
    if stop > to then
      break
    elseif stop <= from then
      found = {}
    end
    found[#found + 1] = stop
  end
  return found
end

--- Whether any row stands for something.
---@param buf integer
---@return boolean
function M.any(buf)
  return ranges_of(buf)[1] ~= nil
end

--- For 'foldtext'.
---@return string|polecat.Chunks
function M.fold_text()
  local range = range_of(vim.api.nvim_get_current_buf(), vim.v.foldstart - 1)
  if not range or range[1] ~= vim.v.foldstart - 1 then
    return vim.fn.foldtext()
  end
  return vim.tbl_map(function(chunk)
    return { vim.fn.strtrans(chunk[1]), chunk[2] }
  end, range[4] or {})
end

--- Takes the marks of a frame for those of `buf`, or adds them to these, and shows their notes.
---@param buf integer
---@param new polecat.Marks
function M.take(buf, new)
  local known = new.more and marks[buf]
  if known then
    vim.list_extend(known.ranges, new.ranges)
    for kind, stops in pairs(new.stops) do
      known.stops[kind] = vim.list_extend(known.stops[kind] or {}, stops)
    end
  else
    marks[buf] = new
    vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  end
  for _, note in ipairs(new.notes) do
    local mark = { virt_lines = note[2], strict = false }
    vim.api.nvim_buf_set_extmark(buf, namespace, note[1], 0, mark)
  end
end

--- Forgets a buffer that goes.
---@param buf integer
function M.forget(buf)
  marks[buf] = nil
end

return M
