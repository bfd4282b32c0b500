--- Files of hosts, `polecat://build1/srv/shop/Makefile`: read and written by the backend.
local autocmd = require('polecat.editor.autocmd')
local backend = require('polecat.rpc.client')
local notify = require('polecat.editor.notify')

local M = {}

--- How long `:w` waits for the host, in ms.
local WRITE_TIMEOUT = 5000

---@class polecat.FileText What is in a file of a host.
---@field lines string[]
---@field fileformat 'unix'|'dos'
---@field endofline boolean
---@field seen? string What identifies all of it; none where there is no file.
---@field writable boolean

--- For `set_lines`, which is called as an Ex command.
---@type { buf: integer, lines: string[] }?
local read

--- Puts lines that were read into their buffer.
function M.set_lines()
  if read then
    vim.api.nvim_buf_set_lines(read.buf, 0, -1, false, read.lines)
  end
end

--- Puts what was read into `buf`: with `keep_undo` as a change, else as what it began with.
---@param buf integer
---@param file polecat.FileText
---@param keep_undo? boolean
local function fill(buf, file, keep_undo)
  local options = vim.bo[buf]
  options.modifiable, options.readonly = true, false
  local levels = options.undolevels
  options.undolevels = keep_undo and levels or -1
  read = { buf = buf, lines = file.lines }
  -- Marks and the lines of the quickfix list are those of the file, not of the empty buffer.
  vim.cmd("lockmarks lua require('polecat.editor.host_file').set_lines()")
  read = nil
  options.undolevels = levels
  options.fileformat, options.endofline = file.fileformat, file.endofline
  options.modified, options.readonly = false, not file.writable
  vim.b[buf].polecat_file = { read = true, seen = file.seen }
  local path = vim.api.nvim_buf_get_name(buf):gsub('^polecat://[^/]*', '')
  options.filetype = vim.filetype.match({ filename = path, buf = buf }) or ''
end

--- Makes `buf` one that is filled and written by us, and nothing of its own.
---@param buf integer
local function prepare(buf)
  local options = vim.bo[buf]
  options.buftype, options.swapfile, options.undofile = 'acwrite', false, false
  options.modeline, options.modifiable = false, false
  vim.b[buf].polecat_file = { read = false }
  autocmd.on('polecat_host_file', 'BufFilePost', 'Make a file of this machine of it', function()
    if not vim.startswith(vim.api.nvim_buf_get_name(buf), 'polecat://') then
      options.buftype, vim.b[buf].polecat_file = '', nil
    end
  end, buf)
end

--- Puts the cursors where they were, or where the quickfix list means: what was edited was empty.
---@param buf integer
local function place_cursors(buf)
  local list = vim.fn.getqflist({ idx = 0, items = 0 })
  local entry = list.items[list.idx]
  local mark = vim.api.nvim_buf_get_mark(buf, '"')
  ---@type number, number
  local line, column = mark[1], mark[2] + 1
  if line <= 1 and entry and entry.bufnr == buf then
    line, column = entry.lnum, entry.col
  end
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.api.nvim_win_get_cursor(win)[1] == 1 then
      vim.fn.win_execute(win, ('call cursor(%d, %d)'):format(line, column))
    end
  end
end

--- Fills `buf`, which is edited by its name. Until that has come it stays empty, and as it is.
---@param buf integer
function M.read(buf)
  prepare(buf)
  local args = { name = vim.api.nvim_buf_get_name(buf) }
  backend.call(
    'file.read',
    args,
    notify.or_error(function(file)
      -- Of two answers the first: since then somebody may have typed.
      local waits = vim.api.nvim_buf_is_loaded(buf) and vim.b[buf].polecat_file
      if waits and not waits.read then
        fill(buf, file)
        place_cursors(buf)
      end
    end)
  )
end

--- Puts what is there by now into `buf`, with the windows as they are.
---@param buf integer
---@param file polecat.FileText
---@param keep_undo boolean
local function refill(buf, file, keep_undo)
  local views = {}
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    views[win] = vim.api.nvim_win_call(win, vim.fn.winsaveview)
  end
  fill(buf, file, keep_undo)
  for win, view in pairs(views) do
    vim.api.nvim_win_call(win, function()
      vim.fn.winrestview(view)
    end)
  end
end

--- The host and the path of the file that `buf` shows, if it is one of a host that was read.
---@param buf integer
---@return string? host
---@return string? path
function M.place(buf)
  local file = vim.b[buf].polecat_file
  if file and file.read then
    return vim.api.nvim_buf_get_name(buf):match('^polecat://([^/]+)(/.*)$')
  end
end

--- The buffers that are being read again: whether they are to be once more.
---@type table<integer, boolean>
local reloading = {}

--- Whether so much may be kept for undo, as Neovim decides it for a file that it reads again.
---@param buf integer
---@return boolean
local function keeps_undo(buf)
  local most = vim.go.undoreload
  return most < 0 or vim.api.nvim_buf_line_count(buf) < most
end

--- Puts into `buf` what was read again, or says why not.
---@param buf integer
---@param file polecat.FileText
---@param autoread boolean
---@param done fun(reason?: string)
local function take(buf, file, autoread, done)
  if vim.b[buf].polecat_file.seen == file.seen then
    return
  elseif not file.seen then
    done('deleted')
  elseif vim.bo[buf].modified then
    done('conflict')
  elseif not autoread then
    done('changed')
  else
    refill(buf, file, keeps_undo(buf))
    done()
  end
end

--- Reads `buf` again, as Neovim does a file that was changed outside. Told so while it is being read, it
--- is read once more after that: of two answers the older could be the last to come, and a host that does
--- not answer would be asked without an end.
---@param buf integer
---@param autoread boolean
---@param done fun(reason?: string) Called with why it stays as it is, as in |v:fcs_reason|, if it does.
function M.reload(buf, autoread, done)
  if reloading[buf] ~= nil then
    reloading[buf] = true
    return
  end
  reloading[buf] = false
  local before = vim.b[buf].polecat_file or {}
  backend.call('file.read', { name = vim.api.nvim_buf_get_name(buf) }, function(err, file)
    local again = reloading[buf]
    reloading[buf] = nil
    local known = vim.api.nvim_buf_is_loaded(buf) and vim.b[buf].polecat_file or {}
    -- What was written or read meanwhile is newer than this.
    local is_newest = known.seen == before.seen
    if known.read and not err and is_newest then
      take(buf, file, autoread, done)
    end
    if known.read and (again or not is_newest) then
      M.reload(buf, autoread, done)
    end
  end)
end

--- The buffer of the file `name`, in which `file` was read just now. What somebody has changed in it
--- stays.
---@param name string
---@param file polecat.FileText
---@return integer buf
function M.buffer(name, file)
  local buf = vim.fn.bufadd(name)
  if not vim.api.nvim_buf_is_loaded(buf) then
    vim.cmd(('noautocmd call bufload(%d)'):format(buf))
    prepare(buf)
  end
  local known = vim.b[buf].polecat_file or {}
  if not vim.bo[buf].modified then
    if not known.read then
      fill(buf, file)
    elseif known.seen ~= file.seen then
      refill(buf, file, keeps_undo(buf))
    end
  end
  vim.bo[buf].buflisted = true
  return buf
end

--- Fails as Neovim itself does where it cannot write: `:wq` goes no further, a script hears of it.
---@param err polecat.Error
local function fail(err)
  local hint = err.hint and (' (%s)'):format(err.hint) or ''
  ---@diagnostic disable-next-line: deprecated What came in its place is not in Neovim 0.10.
  vim.api.nvim_err_writeln(err.message .. hint)
end

--- Sends all of `buf`; `done` hears what came of it, whenever that is.
---@param buf integer
---@param seen? string
---@param done polecat.Callback
local function send(buf, seen, done)
  local options, tick = vim.bo[buf], vim.api.nvim_buf_get_changedtick(buf)
  local args = {
    name = vim.api.nvim_buf_get_name(buf),
    lines = vim.fn.wordcount().bytes > 0 and vim.api.nvim_buf_get_lines(buf, 0, -1, false) or {},
    fileformat = options.fileformat,
    endofline = options.endofline or options.fixendofline,
    seen = seen,
    force = vim.v.cmdbang == 1 or nil,
  }
  backend.call('file.write', args, function(err, now)
    if not err and vim.api.nvim_buf_is_loaded(buf) then
      vim.b[buf].polecat_file = { read = true, seen = now }
      if vim.api.nvim_buf_get_changedtick(buf) == tick then
        options.modified = false
      end
    end
    done(err)
  end)
end

--- `:w`, of the buffer that is current then. It waits, so that `:wq` loses nothing: until the file is
--- written the buffer stays modified.
---@param event { buf: integer, match: string }
function M.write(event)
  local file, name = vim.b[event.buf].polecat_file, vim.api.nvim_buf_get_name(event.buf)
  if not file and event.match == name then
    -- A text that is sent off, which has a `:w` of its own.
    return
  elseif not file or not file.read or event.match ~= name then
    return fail({ code = 'bad_argument', message = ('`%s` was not read'):format(event.match) })
  end
  local answered, err, late = false, nil, false
  send(event.buf, file.seen, function(why)
    answered, err = true, why
    if late then
      local told = why and notify.error or notify.warn
      told(why or ('`%s` is written after all'):format(name))
    end
  end)
  local _, how = vim.wait(WRITE_TIMEOUT, function()
    return answered
  end, 10)
  late = not answered
  if late then
    -- -2: <C-c> was typed.
    local why = how == -2 and 'you stopped waiting for its host'
      or ('its host has not answered within %d s'):format(WRITE_TIMEOUT / 1000)
    err = { code = 'timeout', message = why .. ': the file may have been written' }
  end
  if err then
    fail(err)
  end
end

return M
