--- A review of what a polecat changed: comments in the diff, sent as one message.
local ask = require('polecat.ui.ask')
local backend = require('polecat.rpc.client')
local index = require('polecat.ui.diff.hunks')
local notify = require('polecat.editor.notify')
local view = require('polecat.ui.view')
local where = require('polecat.editor.context')

local M = {}

local namespace = vim.api.nvim_create_namespace('polecat_review')

---@class polecat.Comment
---@field id integer
---@field row integer Below which it stands.
---@field outdated boolean What it was about is not there any more.
---@field path string
---@field shown integer The line it was about.
---@field text string

---@class polecat.CommentTarget What a new comment is about.
---@field path string
---@field side 'old'|'new'
---@field line integer
---@field shown integer
---@field quote string[]

---@param path string
---@param line integer
---@return string
local function place(path, line)
  return line > 0 and ('%s:%d'):format(path, line) or path
end

---@param comment polecat.Comment
---@return [string, string][][]
local function virtual_lines(comment)
  local group = comment.outdated and 'PolecatMuted' or 'PolecatComment'
  local lines = {}
  if comment.outdated then
    local gone = ('what was said of %s, which has changed:'):format(
      place(comment.path, comment.shown)
    )
    lines[1] = { { '  ┃ ' .. gone, 'PolecatMuted' } }
  end
  for _, line in ipairs(vim.split(comment.text, '\n', { plain = true })) do
    lines[#lines + 1] = { { '  ┃ ' .. line, group } }
  end
  return lines
end

--- Shows the comments of a diff below what they are about.
---@param open polecat.View
function M.draw(open)
  vim.api.nvim_buf_clear_namespace(open.buf, namespace, 0, -1)
  for _, comment in ipairs(open.changes and open.changes.comments or {}) do
    local mark = { virt_lines = virtual_lines(comment), strict = false }
    vim.api.nvim_buf_set_extmark(open.buf, namespace, comment.row, 0, mark)
  end
end

---@param buf integer
---@return polecat.Changes?
local function changes_of(buf)
  local open = view.of(buf)
  return open and open.changes
end

--- The last comment on any of the rows.
---@param changes polecat.Changes
---@param first integer
---@param last integer
---@return polecat.Comment?
local function comment_on(changes, first, last)
  local found
  for _, comment in ipairs(changes.comments) do
    if comment.row >= first and comment.row <= last then
      found = comment
    end
  end
  return found
end

--- The lines of `hunk` in the rows, of the version after; of the one before where there are no
--- others.
---@param buf integer
---@param hunk polecat.ChangedHunk
---@param first integer
---@param last integer
---@return 'old'|'new' side
---@return integer? line The first one.
---@return string[] quote
local function quoted(buf, hunk, first, last)
  local from, texts = {}, { old = {}, new = {} }
  local lines = vim.api.nvim_buf_get_lines(buf, hunk.row, hunk.row + hunk.rows, false)
  index.walk(buf, hunk, function(row, side, old, new)
    local text = lines[row - hunk.row + 1]
    if row >= first and row <= last and text:sub(1, 1) ~= '\\' then
      from[side] = from[side] or (side == 'old' and old or new)
      table.insert(texts[side], text:sub(2))
    end
  end)
  local side = from.new and 'new' or 'old'
  return side, from[side], texts[side]
end

--- What the rows are, for a comment on them.
---@param buf integer
---@param changes polecat.Changes
---@param first integer
---@param last integer
---@return polecat.CommentTarget?
local function target(buf, changes, first, last)
  local spot = index.spot(buf, changes, first) or index.spot(buf, changes, last)
  if not spot then
    return notify.warn('there is no file on this line')
  end
  local hunk = index.hunk(changes, last) or spot.hunk
  local side, line, quote = 'new', nil, {}
  if hunk then
    side, line, quote = quoted(buf, hunk, first, last)
  end
  if not line then
    return { path = spot.file.path, side = 'new', line = 0, shown = 0, quote = {} }
  end
  local shown = line
  if side == 'new' then
    local at = { file = changes.files[hunk.file], new = line }
    shown = select(2, index.in_worktree(buf, changes, at))
  end
  return {
    path = changes.files[hunk.file].path,
    side = side,
    line = line,
    shown = shown,
    quote = quote,
  }
end

--- The rows of the selection, which ends, or of the cursor.
---@return integer first
---@return integer last
local function rows()
  local first, last = vim.fn.line('.') - 1, vim.fn.line('.') - 1
  if vim.api.nvim_get_mode().mode:find('^[vV\22]') then
    local other = vim.fn.line('v') - 1
    first, last = math.min(first, other), math.max(last, other)
    vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'n', false)
  end
  return first, last
end

---@param buf integer
---@param method string
---@param args table
---@param done fun(err?: polecat.Error, result?: any)
local function call(buf, method, args, done)
  args.polecat, args.at = vim.b[buf].polecat, where.here(buf)
  backend.call(method, args, function(err, result)
    if vim.api.nvim_buf_is_valid(buf) then
      view.refresh(buf)
    end
    done(err, result)
  end)
end

--- Opens the comment on the lines, or a new one.
---@param buf integer
function M.comment(buf)
  local changes = changes_of(buf)
  local first, last = rows()
  if not changes then
    return
  end
  local old = comment_on(changes, first, last)
  local about = old and { path = old.path, side = 'new', line = 0, shown = old.shown, quote = {} }
    or target(buf, changes, first, last)
  if not about then
    return
  end
  require('polecat.ui.review.compose').open({
    polecat = vim.b[buf].polecat,
    title = place(about.path, about.shown),
    text = old and old.text or '',
    keep = function(text, done)
      local args = vim.tbl_extend('error', about, { text = text, id = old and old.id or nil })
      call(buf, 'review.comment', args, done)
    end,
  })
end

--- Drops the comment under the cursor; its text can still be put somewhere else.
---@param buf integer
function M.drop(buf)
  local changes = changes_of(buf)
  local row = vim.fn.line('.') - 1
  local comment = changes and comment_on(changes, row, row)
  if not comment then
    return notify.warn('there is no comment on this line')
  end
  call(
    buf,
    'review.uncomment',
    { id = comment.id },
    notify.or_error(function()
      vim.fn.setreg('"', comment.text)
      notify.info('the comment is dropped; `p` puts its text')
    end)
  )
end

--- Lists the comments in the quickfix window, each at its line in the worktree.
---@param buf integer
function M.to_quickfix(buf)
  local changes = changes_of(buf)
  local items = {}
  for _, comment in ipairs(changes and changes.comments or {}) do
    local spot = not comment.outdated and index.spot(buf, changes, comment.row)
    local path, line = comment.path, comment.shown
    if spot then
      path, line = index.in_worktree(buf, changes, spot)
    end
    local file = changes.workdir .. '/' .. path
    items[#items + 1] = { filename = file, lnum = math.max(line, 1), text = comment.text }
  end
  if #items == 0 then
    return notify.info('there are no comments')
  end
  vim.fn.setqflist({}, ' ', { title = 'review of ' .. vim.b[buf].polecat, items = items })
  vim.cmd('botright copen')
end

--- Sends all comments to the agent.
---@param buf integer
function M.send(buf)
  local polecat = vim.b[buf].polecat
  call(
    buf,
    'review.send',
    {},
    notify.or_error(function(result)
      local what = result.sent == 1 and '1 comment' or ('%d comments'):format(result.sent)
      notify.info(('%s sent to `%s`; `gR` will show what it changes'):format(what, polecat))
    end)
  )
end

---@param spot polecat.Spot
---@return string
local function name_of(spot)
  if not spot.hunk then
    return ('all of `%s`'):format(spot.file.path)
  end
  local hunk = spot.hunk
  local ranges = ('-%d,%d +%d,%d'):format(hunk.old[1], hunk.old[2], hunk.new[1], hunk.new[2])
  return ('the hunk %s of `%s`'):format(ranges, spot.file.path)
end

---@param buf integer
---@param method string
---@param prompt string With a place for what is meant.
---@param told string The same.
local function with_hunk(buf, method, prompt, told)
  local changes, spot = require('polecat.ui.diff').under_cursor(buf)
  if not changes or not spot then
    return
  end
  local open = view.of(buf)
  local args = { stage = spot.file.stage, path = spot.file.path, since = open and open.spec.since }
  args.hunk = spot.hunk and spot.hunk.id
  local name = name_of(spot)
  local done = notify.or_error(function()
    notify.info(told:format(name))
  end)
  ask.confirm({ prompt = prompt:format(name), yes = 'Yes' }, function(yes)
    if yes then
      call(buf, method, args, done)
    end
  end)
end

--- Puts the hunk under the cursor, or the file, into the index of the main worktree.
---@param buf integer
function M.take(buf)
  local prompt = 'Stage %s in the main worktree?'
  with_hunk(buf, 'hunk.take', prompt, '%s is staged in the main worktree; `u` undoes it')
end

--- Undoes the hunk under the cursor, or the file, in the polecat's worktree.
---@param buf integer
function M.reject(buf)
  local prompt = ('Undo %%s in the worktree of `%s`?'):format(vim.b[buf].polecat)
  with_hunk(buf, 'hunk.reject', prompt, '%s is undone; `u` brings it back')
end

--- Undoes what was taken or rejected last.
---@param buf integer
function M.undo(buf)
  call(
    buf,
    'hunk.undo',
    {},
    notify.or_error(function(result)
      notify.info(result.text)
    end)
  )
end

return M
